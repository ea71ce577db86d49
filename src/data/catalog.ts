/** Asks PostgreSQL's catalog what a schema holds of authentik's tables, and what our role may do with them. */
import { z } from 'zod';
import { Prisma } from '../../generated/prisma/client.js';
import { TABLES } from '../../generated/tables.js';
import { FUNCTION_SCHEMA } from './credentials.js';
import type { Database } from './database.js';

const Catalog = z.object({
  database: z.string(),
  schema: z.string(),
  columns: z.array(
    z.object({
      table: z.string(),
      column: z.string(),
      /** In PostgreSQL's words, such as `character varying(50)`. */
      type: z.string(),
      isNotNull: z.boolean(),
      isReadable: z.boolean(),
      isView: z.boolean(),
      /** Rows may be hidden from us. */
      hasRowSecurity: z.boolean(),
      /** Rows may be hidden even from the owner of the table, with whose rights the function reads. */
      forcesRowSecurity: z.boolean(),
    }),
  ),
  /** Schemas of the same database that have a table of authentik's users. */
  authentikSchemas: z.array(z.string()),
  /** The schema of authentik's tenants; null before 2024.2. */
  tenantSchema: z.string().nullable(),
  encoding: z.string(),
  arrayNulls: z.string(),
  /** `function` if the role file's function is there and we may call it. */
  readsTokensBy: z.enum(['function', 'tables']),
});
export type Catalog = z.infer<typeof Catalog>;
export type Column = Catalog['columns'][number];

/** Rejects with a DatabaseError when the database cannot be queried. */
export async function readCatalog(database: Database, schema: string): Promise<Catalog> {
  // pg_catalog shows every column to every role; information_schema shows only the readable ones.
  const rows = await database.select(Prisma.sql`
      SELECT current_database()::text AS database, ${schema}::text AS schema,
        coalesce((
          SELECT json_agg(json_build_object(
            'table', c.relname, 'column', a.attname, 'type', format_type(a.atttypid, a.atttypmod),
            'isNotNull', a.attnotnull,
            'isReadable', has_schema_privilege(n.oid, 'USAGE') AND has_column_privilege(c.oid, a.attnum, 'SELECT'),
            'isView', c.relkind NOT IN ('r', 'p'), 'hasRowSecurity', row_security_active(c.oid),
            'forcesRowSecurity', c.relforcerowsecurity) ORDER BY c.relname, a.attnum)
          FROM pg_catalog.pg_namespace n
          JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid
          JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid
          WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
            AND c.relname = ANY (${TABLES}::text[])
            AND (n.nspname = ${schema} OR n.nspname = tenants.schema AND c.relname = 'authentik_tenants_tenant')
        ), '[]') AS columns,
        ARRAY(SELECT n.nspname::text FROM pg_catalog.pg_class c
          JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
          WHERE c.relname = 'authentik_core_user' AND c.relkind IN ('r', 'p') ORDER BY 1) AS "authentikSchemas",
        tenants.schema AS "tenantSchema",
        current_setting('server_encoding') AS encoding, current_setting('array_nulls') AS "arrayNulls",
        CASE WHEN EXISTS (SELECT FROM pg_catalog.pg_proc f JOIN pg_catalog.pg_namespace n ON n.oid = f.pronamespace
          WHERE n.nspname = ${FUNCTION_SCHEMA} AND f.proname = ${schema} AND has_schema_privilege(n.oid, 'USAGE')
            AND has_function_privilege(f.oid, 'EXECUTE')) THEN 'function' ELSE 'tables' END AS "readsTokensBy"
      FROM (SELECT (
        SELECT n.nspname::text FROM pg_catalog.pg_class c
        JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relname = 'authentik_tenants_tenant' AND c.relkind IN ('r', 'p', 'v')
        ORDER BY n.nspname <> ${schema}, n.nspname <> 'public', n.nspname LIMIT 1
      ) AS schema) tenants`);
  return z.tuple([Catalog]).parse(rows)[0];
}
