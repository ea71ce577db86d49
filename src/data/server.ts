/** What the doctor and the start want to know of the PostgreSQL server, and of what the role may do beyond its need. */
import { z } from 'zod';
import { Prisma } from '../../generated/prisma/client.js';
import { NEEDS } from '../../generated/tables.js';
import type { Database } from './database.js';
import type { Schema } from './releases/monitor.js';

const Server = z.object({
  version: z.string(),
  database: z.string(),
  role: z.string(),
  isStandby: z.boolean(),
  /** How far the server's clock is ahead of ours, with the time that the query takes to get there. */
  leadMs: z.number(),
});

export async function findServer(database: Database) {
  const rows = await database.select(Prisma.sql`
      SELECT current_setting('server_version') AS version, current_database()::text AS database,
        current_user::text AS role, pg_is_in_recovery() AS "isStandby",
        round(extract(epoch FROM clock_timestamp()) * 1000 - ${Date.now()}::bigint)::float8 AS "leadMs"`);
  return z.tuple([Server]).parse(rows)[0];
}

const Powers = z.array(z.object({ sentence: z.string(), names: z.array(z.string()) }));
const MAX_NAMES = 3;

/** What the role may do beyond its need, each as the end of a sentence that begins with the role; empty: nothing. */
export async function describeExcess(database: Database, { name, release }: Schema): Promise<string[]> {
  const needs = (NEEDS[release.since] ?? []).filter(({ reads }) => reads !== 'credentials');
  const needed = needs.map(({ table, column, isWhole }) => (isWhole ? table : `${table}.${column}`));
  const rows = await database.select(Prisma.sql`
      WITH relation AS (
        SELECT c.oid, c.relname, n.oid AS schema FROM pg_catalog.pg_class c
        JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = ${name} AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
      ), excess AS (
        SELECT name, CASE WHEN name ~ '^authentik_core_token[.]key$|_accesstoken[.]token$' THEN 'token'
          WHEN name = 'authentik_core_user.password' THEN 'password'
          WHEN name ~ '^authentik_core_(user|group)[.]attributes$' THEN 'attributes' ELSE 'other' END AS kind
        FROM relation c JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid
        CROSS JOIN LATERAL concat(c.relname, '.', a.attname) AS name
        WHERE a.attnum > 0 AND NOT a.attisdropped
          AND has_schema_privilege(c.schema, 'USAGE') AND has_column_privilege(c.oid, a.attnum, 'SELECT')
          AND c.relname <> ALL (${needed}::text[]) AND name <> ALL (${needed}::text[])
      )
      SELECT sentence, names FROM pg_catalog.pg_roles r CROSS JOIN LATERAL (VALUES
        (1, 'is a superuser: it may read and change', CASE WHEN r.rolsuper THEN ARRAY['everything'] END),
        (2, 'has', array_remove(ARRAY[
          CASE WHEN r.rolcreaterole THEN 'CREATEROLE' END, CASE WHEN r.rolcreatedb THEN 'CREATEDB' END,
          CASE WHEN r.rolreplication THEN 'REPLICATION' END, CASE WHEN r.rolbypassrls THEN 'BYPASSRLS' END], NULL)),
        (3, 'may create', array_remove(ARRAY[
          CASE WHEN has_database_privilege(current_database(), 'CREATE') THEN 'schemas in the database' END,
          CASE WHEN EXISTS (SELECT FROM pg_catalog.pg_namespace n WHERE n.nspname = ${name}
            AND has_schema_privilege(n.oid, 'CREATE'))
            THEN format('tables in the schema (REVOKE CREATE ON SCHEMA %I FROM PUBLIC)', ${name}::text) END], NULL)),
        (4, 'has the rights of other roles:', ARRAY(SELECT o.rolname::text FROM pg_catalog.pg_roles o
          WHERE o.oid <> r.oid AND pg_has_role(o.oid, 'MEMBER') ORDER BY 1)),
        (5, 'may write to', ARRAY(SELECT c.relname::text FROM relation c
          WHERE has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')
            OR has_any_column_privilege(c.oid, 'INSERT, UPDATE, REFERENCES') ORDER BY 1)),
        (6, 'may read tokens in clear text:', ARRAY(SELECT name FROM excess WHERE kind = 'token' ORDER BY 1)),
        (7, 'may read password hashes:', ARRAY(SELECT name FROM excess WHERE kind = 'password')),
        (8, 'may read attributes, where secrets may be:', ARRAY(
          SELECT name FROM excess WHERE kind = 'attributes' ORDER BY 1)),
        (9, 'may read columns that the service does not:', ARRAY(
          SELECT name FROM excess WHERE kind = 'other' ORDER BY 1))
      ) power (position, sentence, names)
      WHERE r.rolname = current_user AND names <> '{}' AND (position = 1 OR NOT r.rolsuper)
      ORDER BY position`);
  return Powers.parse(rows).map(({ sentence, names }) => {
    const more = names.length > MAX_NAMES ? ` and ${names.length - MAX_NAMES} more` : '';
    return `${sentence} ${names.slice(0, MAX_NAMES).join(', ')}${more}`;
  });
}
