/** Examines what the role could do beyond the need of the service. */
import type { Need } from '../data/catalog.js';
import type { Database } from '../data/database.js';
import { type Finding, ok, warning } from './finding.js';

interface Role {
  readonly name: string;
  readonly isSuperuser: boolean;
  /** Attributes such as CREATEROLE. */
  readonly attributes: readonly string[];
  readonly memberships: readonly string[];
  readonly mayCreateInDatabase: boolean;
  readonly mayCreateInSchema: boolean;
  readonly writableTables: readonly string[];
  /** As `table.column`, in the schema. */
  readonly readableColumns: readonly string[];
}

const ROLE_QUERY = `
  SELECT r.rolname::text AS name, r.rolsuper AS "isSuperuser",
    array_remove(ARRAY[
      CASE WHEN r.rolcreaterole THEN 'CREATEROLE' END, CASE WHEN r.rolcreatedb THEN 'CREATEDB' END,
      CASE WHEN r.rolreplication THEN 'REPLICATION' END, CASE WHEN r.rolbypassrls THEN 'BYPASSRLS' END
    ], NULL) AS attributes,
    ARRAY(SELECT o.rolname::text FROM pg_catalog.pg_roles o
      WHERE o.oid <> r.oid AND pg_has_role(o.oid, 'MEMBER') ORDER BY 1) AS memberships,
    has_database_privilege(current_database(), 'CREATE') AS "mayCreateInDatabase",
    coalesce((SELECT has_schema_privilege(oid, 'CREATE') FROM pg_catalog.pg_namespace
      WHERE nspname = $1), false) AS "mayCreateInSchema",
    ARRAY(SELECT c.relname::text FROM pg_catalog.pg_class c
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = $1 AND c.relkind IN ('r', 'p', 'v', 'f') AND (
        has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')
        OR has_any_column_privilege(c.oid, 'INSERT, UPDATE, REFERENCES'))
      ORDER BY 1) AS "writableTables",
    ARRAY(SELECT c.relname || '.' || a.attname FROM pg_catalog.pg_class c
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid
      WHERE n.nspname = $1 AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND a.attnum > 0
        AND NOT a.attisdropped AND has_schema_privilege(n.oid, 'USAGE')
        AND has_column_privilege(c.oid, a.attnum, 'SELECT')
      ORDER BY 1) AS "readableColumns"
  FROM pg_catalog.pg_roles r WHERE r.rolname = current_user`;

export async function examineRole(
  database: Database,
  schema: string,
  needs: readonly Need[],
): Promise<Finding[]> {
  const [role] = await database.query<Role>(ROLE_QUERY, schema);
  return describeRole(role as Role, needs);
}

function describeRole(role: Role, needs: readonly Need[]): Finding[] {
  if (role.isSuperuser) {
    return [warning(`"${role.name}" is a superuser: it may read and change everything. ${ADVICE}`)];
  }
  const excess = [...describePowers(role), ...describeReading(role, needs)];
  if (excess.length === 0) return [ok(`"${role.name}" may read what is needed, and nothing else`)];
  return [...excess.map((text) => warning(`"${role.name}" ${text}`)), warning(ADVICE)];
}

const ADVICE =
  'Run the file of your release in prisma/reader-role, and connect as authentik_stages_reader: it leaves that role with what is needed.';

function describePowers(role: Role): string[] {
  return [
    ...role.attributes.map((attribute) => `has ${attribute}`),
    ...(role.memberships.length > 0
      ? [`has the rights of other roles: ${some(role.memberships)}`]
      : []),
    ...(role.mayCreateInDatabase ? ['may create schemas in the database'] : []),
    ...(role.mayCreateInSchema ? ['may create tables in the schema'] : []),
    ...(role.writableTables.length > 0 ? [`may write to ${some(role.writableTables)}`] : []),
  ];
}

const PASSWORDS = 'authentik_core_user.password';
const ATTRIBUTES = ['authentik_core_user.attributes', 'authentik_core_group.attributes'];

function describeReading({ readableColumns }: Role, needs: readonly Need[]): string[] {
  const needed = new Set(needs.map(({ table, column }) => `${table}.${column}`));
  const surplus = readableColumns.filter((column) => !needed.has(column));
  const attributes = surplus.filter((column) => ATTRIBUTES.includes(column));
  const rest = surplus.filter((column) => column !== PASSWORDS && !attributes.includes(column));
  return [
    ...(surplus.includes(PASSWORDS) ? [`may read password hashes (${PASSWORDS})`] : []),
    ...(attributes.length > 0
      ? [`may read attributes, where secrets may be (${attributes.join(', ')})`]
      : []),
    ...(rest.length > 0 ? [`may read columns that the service does not: ${some(rest)}`] : []),
  ];
}

const MAX_NAMES = 3;

function some(names: readonly string[]): string {
  const shown = names.slice(0, MAX_NAMES).join(', ');
  return names.length > MAX_NAMES ? `${shown} and ${names.length - MAX_NAMES} more` : shown;
}
