/** Looks at the tables themselves to find out which release of authentik they are of, and whether we may read them. */
import { z } from 'zod';
import { Prisma } from '../../generated/prisma/client.js';
import { NEEDS, type Need, TABLES } from '../../generated/tables.js';
import { FUNCTION_SCHEMA } from './credentials.js';
import type { Database } from './database.js';
import { type Marker, nearestRelease } from './releases/identify.js';
import type { Release } from './releases/releases.js';
import { explainIncomplete, explainRowSecurity, explainUnknown, explainUnreadable } from './schema-advice.js';
import type { TableName } from './tables.js';

const Column = z.object({
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
});

const Catalog = z.object({
  database: z.string(),
  columns: z.array(Column),
  /** Schemas of the same database that have a table of authentik's users. */
  authentikSchemas: z.array(z.string()),
  /** The schema of authentik's tenants; null before 2024.2. */
  tenantSchema: z.string().nullable(),
  encoding: z.string(),
  arrayNulls: z.string(),
  /** Whether the role file's function is there and we may call it. */
  hasFunction: z.boolean(),
});

/** What a schema holds of authentik's tables. */
export type Catalog = z.infer<typeof Catalog> & { readonly schema: string };

export interface Inspection {
  readonly release: Release | undefined;
  /** Every column that is read of the release; empty when it is not known. */
  readonly needs: readonly CheckedNeed[];
  readonly readsTokensBy: 'function' | 'tables';
  readonly tenantSchema: string | null;
  /** Why the database cannot be served, each with what to do; empty: it can. */
  readonly problems: readonly string[];
  /** What deserves a look, but does not keep the database from being served. */
  readonly warnings: readonly string[];
}

/** A column that is read, with what the catalog has under its name. */
export interface CheckedNeed extends Need {
  readonly found: z.infer<typeof Column> | undefined;
}

const TENANTS = 'authentik_tenants_tenant' satisfies TableName;

/** Rejects with a DatabaseError when the database cannot be queried. */
export async function inspectDatabase(database: Database, schema: string): Promise<Inspection> {
  // pg_catalog shows every column to every role; information_schema shows only the readable ones.
  const statement = Prisma.sql`
    SELECT current_database()::text AS database,
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
          AND (n.nspname = ${schema} OR n.nspname = tenants.schema AND c.relname = ${TENANTS})
      ), '[]') AS columns,
      ARRAY(SELECT n.nspname::text FROM pg_catalog.pg_class c
        JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relname = 'authentik_core_user' AND c.relkind IN ('r', 'p') ORDER BY 1) AS "authentikSchemas",
      tenants.schema AS "tenantSchema",
      current_setting('server_encoding') AS encoding, current_setting('array_nulls') AS "arrayNulls",
      EXISTS (SELECT FROM pg_catalog.pg_proc f JOIN pg_catalog.pg_namespace n ON n.oid = f.pronamespace
        WHERE n.nspname = ${FUNCTION_SCHEMA} AND f.proname = ${schema} AND has_schema_privilege(n.oid, 'USAGE')
          AND has_function_privilege(f.oid, 'EXECUTE')) AS "hasFunction"
    FROM (SELECT (
      SELECT n.nspname::text FROM pg_catalog.pg_class c
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relname = ${TENANTS} AND c.relkind IN ('r', 'p', 'v')
      ORDER BY n.nspname <> ${schema}, n.nspname <> 'public', n.nspname LIMIT 1
    ) AS schema) tenants`;
  const rows = await database.query((prisma) => prisma.$queryRaw(statement));
  return inspectCatalog({ ...z.tuple([Catalog]).parse(rows)[0], schema });
}

export function inspectCatalog(catalog: Catalog): Inspection {
  const { columns, tenantSchema, hasFunction } = catalog;
  const find = (table: string, name: string) => columns.find((each) => each.table === table && each.column === name);
  const likeness = nearestRelease(({ table, column, type, isNullable }: Marker) => {
    const found = find(table, column);
    return found !== undefined && (!type || found.type === type) && !(isNullable && found.isNotNull);
  });
  const result = {
    readsTokensBy: hasFunction ? 'function' : 'tables',
    tenantSchema,
    warnings: warningsOf(catalog),
  } as const;
  const { release, missing, unexpected } = likeness;
  if (missing.length > 0 || unexpected.length > 0) {
    return { ...result, release: undefined, needs: [], problems: [explainUnknown(catalog, likeness)] };
  }
  const needs = (NEEDS[release.since] ?? [])
    .filter(({ table }) => table !== TENANTS || tenantSchema !== null)
    .map((needed) => ({ ...needed, found: find(needed.table, needed.column) }));
  const isByFunction = ({ reads }: Need) => hasFunction && reads === 'credentials';
  const isReadable = ({ table, column, isWhole }: Need) =>
    columns.every((each) => each.isReadable || each.table !== table || !(isWhole || each.column === column));
  const isHidden = (need: CheckedNeed) =>
    isByFunction(need) ? need.found?.forcesRowSecurity : need.found?.hasRowSecurity;
  const unfit = needs.filter((need) => !isUsable(need));
  const unreadable = needs.filter((need) => isUsable(need) && !isByFunction(need) && !isReadable(need));
  const hidden = needs.filter(isHidden);
  const problems = [
    ...(unfit.length > 0 ? [explainIncomplete(unfit, release, catalog)] : []),
    ...(unreadable.length > 0 ? [explainUnreadable(unreadable, release, catalog)] : []),
    ...(hidden.length > 0 ? [explainRowSecurity(hidden)] : []),
  ];
  return { ...result, release, needs, problems };
}

/** Whether the column is there, with a type that can be read as ours. */
export function isUsable({ type: needed, found }: CheckedNeed): boolean {
  const type = found?.type.replace(/\(\d+\)$/, '');
  return type === needed || (needed === 'text' && type === 'character varying');
}

function warningsOf({ columns, encoding, arrayNulls }: Catalog): string[] {
  const views = new Set(columns.filter(({ isView }) => isView).map(({ table }) => table));
  return [
    ...(encoding === 'UTF8'
      ? []
      : [`The database is encoded in ${encoding}: authentik needs UTF8, and text may be garbled.`]),
    ...(arrayNulls === 'on' ? [] : ['array_nulls is off for this role: PostgreSQL reads NULL in an array as text.']),
    ...[...views].map((table) => `${table} is a view, not the table that authentik made.`),
  ];
}
