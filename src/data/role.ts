/** Finds out what the role could do beyond the need of the service. */
import { z } from 'zod';
import { NEEDS } from '../../generated/tables.js';
import type { Database } from './database.js';
import type { Schema } from './releases/monitor.js';
import { roleFile } from './schema-advice.js';

const Role = z.object({
  isSuperuser: z.boolean(),
  /** Attributes such as CREATEROLE. */
  attributes: z.array(z.string()),
  memberships: z.array(z.string()),
  mayCreateInDatabase: z.boolean(),
  mayCreateInSchema: z.boolean(),
  writableTables: z.array(z.string()),
  /** As `table.column`, in the schema. */
  readableColumns: z.array(z.string()),
});

/** What the role may do beyond its need, each as the end of a sentence that begins with the role; empty: nothing. */
export async function describeExcess(database: Database, schema: Schema): Promise<string[]> {
  const { name } = schema;
  const rows = await database.query(
    (prisma) => prisma.$queryRaw`
      SELECT r.rolsuper AS "isSuperuser",
        array_remove(ARRAY[
          CASE WHEN r.rolcreaterole THEN 'CREATEROLE' END,
          CASE WHEN r.rolcreatedb THEN 'CREATEDB' END,
          CASE WHEN r.rolreplication THEN 'REPLICATION' END,
          CASE WHEN r.rolbypassrls THEN 'BYPASSRLS' END
        ], NULL) AS attributes,
        ARRAY(SELECT o.rolname::text FROM pg_catalog.pg_roles o
          WHERE o.oid <> r.oid AND pg_has_role(o.oid, 'MEMBER') ORDER BY 1) AS memberships,
        has_database_privilege(current_database(), 'CREATE') AS "mayCreateInDatabase",
        coalesce((SELECT has_schema_privilege(oid, 'CREATE') FROM pg_catalog.pg_namespace
          WHERE nspname = ${name}), false) AS "mayCreateInSchema",
        ARRAY(SELECT c.relname::text FROM pg_catalog.pg_class c
          JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
          WHERE n.nspname = ${name} AND c.relkind IN ('r', 'p', 'v', 'f') AND (
            has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')
            OR has_any_column_privilege(c.oid, 'INSERT, UPDATE, REFERENCES'))
          ORDER BY 1) AS "writableTables",
        ARRAY(SELECT c.relname || '.' || a.attname FROM pg_catalog.pg_class c
          JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
          JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid
          WHERE n.nspname = ${name} AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND a.attnum > 0
            AND NOT a.attisdropped AND has_schema_privilege(n.oid, 'USAGE')
            AND has_column_privilege(c.oid, a.attnum, 'SELECT')
          ORDER BY 1) AS "readableColumns"
      FROM pg_catalog.pg_roles r WHERE r.rolname = current_user`,
  );
  const [role] = z.tuple([Role]).parse(rows);
  if (role.isSuperuser) return ['is a superuser: it may read and change everything'];
  return [...describePowers(role), ...describeReading(role, schema)];
}

/** What leaves the role with its need. */
export function adviseOnRole({ release }: Schema): string {
  return `Run ${roleFile(release)}, and connect as authentik_stages_reader.`;
}

function describePowers(role: z.infer<typeof Role>): string[] {
  const { attributes, memberships, writableTables } = role;
  return [
    ...attributes.map((attribute) => `has ${attribute}`),
    ...(memberships.length > 0 ? [`has the rights of other roles: ${some(memberships)}`] : []),
    ...(role.mayCreateInDatabase ? ['may create schemas in the database'] : []),
    ...(role.mayCreateInSchema ? ['may create tables in the schema'] : []),
    ...(writableTables.length > 0 ? [`may write to ${some(writableTables)}`] : []),
  ];
}

/** The columns that are worth a sentence of their own. */
const SECRETS: readonly (readonly [string, RegExp])[] = [
  ['may read tokens in clear text', /^authentik_core_token\.key$|_accesstoken\.token$/],
  ['may read password hashes', /^authentik_core_user\.password$/],
  ['may read attributes, where secrets may be', /^authentik_core_(user|group)\.attributes$/],
];

function describeReading({ readableColumns }: z.infer<typeof Role>, { release }: Schema): string[] {
  const needs = (NEEDS[release.since] ?? []).filter(({ reads }) => reads !== 'credentials');
  const isNeeded = (name: string) =>
    needs.some(({ table, column, isWhole }) =>
      isWhole ? name.startsWith(`${table}.`) : name === `${table}.${column}`,
    );
  let excess = readableColumns.filter((column) => !isNeeded(column));
  const found: string[] = [];
  for (const [sentence, pattern] of SECRETS) {
    const secrets = excess.filter((column) => pattern.test(column));
    if (secrets.length > 0) found.push(`${sentence} (${some(secrets)})`);
    excess = excess.filter((column) => !secrets.includes(column));
  }
  if (excess.length > 0) found.push(`may read columns that the service does not: ${some(excess)}`);
  return found;
}

const MAX_NAMES = 3;

function some(names: readonly string[]): string {
  const shown = names.slice(0, MAX_NAMES).join(', ');
  return names.length > MAX_NAMES ? `${shown} and ${names.length - MAX_NAMES} more` : shown;
}
