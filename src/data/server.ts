/** What the doctor and the start want to know of the PostgreSQL server, and of what the role may do beyond its need. */
import { z } from 'zod';
import { NEEDS } from '../../generated/tables.js';
import { READER_ROLE } from './credentials.js';
import type { Database } from './database.js';
import type { Schema } from './releases/monitor.js';
import { roleFile } from './schema-advice.js';

const Server = z.object({
  version: z.string(),
  database: z.string(),
  role: z.string(),
  isStandby: z.boolean(),
  /** Milliseconds since 1970. */
  now: z.number(),
});

/** With how many milliseconds the server's clock is ahead of ours; once a connection is open, only the query takes time. */
export async function findServer(database: Database): Promise<z.infer<typeof Server> & { readonly leadMs: number }> {
  const asked = Date.now();
  const rows = await database.query(
    (prisma) => prisma.$queryRaw`
      SELECT current_setting('server_version') AS version, current_database()::text AS database,
        current_user::text AS role, pg_is_in_recovery() AS "isStandby",
        extract(epoch FROM clock_timestamp())::float8 * 1000 AS now`,
  );
  const [server] = z.tuple([Server]).parse(rows);
  return { ...server, leadMs: Math.round(server.now - (asked + Date.now()) / 2) };
}

const Stages = z.object({ count: z.number(), ids: z.array(z.string()) });

/** How many password stages there are, and the UUIDs of the first ones. */
export async function findStageIds(database: Database, { tables: t }: Schema, limit: number) {
  const stages = t.authentik_stages_password_passwordstage;
  const rows = await database.query(
    (prisma) => prisma.$queryRaw`
      SELECT (SELECT count(*)::integer FROM ${stages}) AS count,
        ARRAY(SELECT stage_ptr_id::text FROM ${stages} ORDER BY 1 LIMIT ${limit}::integer) AS ids`,
  );
  return z.tuple([Stages]).parse(rows)[0];
}

const Powers = z.object({
  isSuperuser: z.boolean(),
  /** Rights beyond tables, each as the end of a sentence that begins with the role. */
  rights: z.array(z.string()),
  memberships: z.array(z.string()),
  writableTables: z.array(z.string()),
  /** As `table.column`, in the schema. */
  readableColumns: z.array(z.string()),
});

/** What the role may do beyond its need, each as the end of a sentence that begins with the role; empty: nothing. */
export async function describeExcess(database: Database, { name, release }: Schema): Promise<string[]> {
  const rows = await database.query(
    (prisma) => prisma.$queryRaw`
      SELECT r.rolsuper AS "isSuperuser",
        array_remove(ARRAY[
          CASE WHEN r.rolcreaterole THEN 'has CREATEROLE' END,
          CASE WHEN r.rolcreatedb THEN 'has CREATEDB' END,
          CASE WHEN r.rolreplication THEN 'has REPLICATION' END,
          CASE WHEN r.rolbypassrls THEN 'has BYPASSRLS' END,
          CASE WHEN has_database_privilege(current_database(), 'CREATE')
            THEN 'may create schemas in the database' END,
          CASE WHEN (SELECT has_schema_privilege(oid, 'CREATE') FROM pg_catalog.pg_namespace WHERE nspname = ${name})
            THEN 'may create tables in the schema' END
        ], NULL) AS rights,
        ARRAY(SELECT o.rolname::text FROM pg_catalog.pg_roles o
          WHERE o.oid <> r.oid AND pg_has_role(o.oid, 'MEMBER') ORDER BY 1) AS memberships,
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
  const [powers] = z.tuple([Powers]).parse(rows);
  if (powers.isSuperuser) return ['is a superuser: it may read and change everything'];
  const needs = (NEEDS[release.since] ?? []).filter(({ reads }) => reads !== 'credentials');
  const excess = powers.readableColumns.filter(
    (name) =>
      !needs.some(
        ({ table, column, isWhole }) => name === `${table}.${column}` || (isWhole && name.startsWith(`${table}.`)),
      ),
  );
  const others = excess.filter((column) => !SECRETS.some(([, pattern]) => pattern.test(column)));
  return [
    ...powers.rights,
    ...some('has the rights of other roles:', powers.memberships),
    ...some('may write to', powers.writableTables),
    ...SECRETS.flatMap(([sentence, pattern]) =>
      some(
        sentence,
        excess.filter((column) => pattern.test(column)),
      ),
    ),
    ...some('may read columns that the service does not:', others),
  ];
}

/** What leaves the role with its need. */
export function adviseOnRole({ release }: Schema): string {
  return `Run ${roleFile(release)}, and connect as ${READER_ROLE}.`;
}

/** The columns that are worth a sentence of their own. */
const SECRETS: readonly (readonly [string, RegExp])[] = [
  ['may read tokens in clear text:', /^authentik_core_token\.key$|_accesstoken\.token$/],
  ['may read password hashes:', /^authentik_core_user\.password$/],
  ['may read attributes, where secrets may be:', /^authentik_core_(user|group)\.attributes$/],
];

const MAX_NAMES = 3;

function some(sentence: string, names: readonly string[]): string[] {
  if (names.length === 0) return [];
  const shown = names.slice(0, MAX_NAMES).join(', ');
  return [`${sentence} ${names.length > MAX_NAMES ? `${shown} and ${names.length - MAX_NAMES} more` : shown}`];
}
