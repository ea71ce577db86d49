/** Looks at the tables themselves to find out which generation of authentik they are, and whether we may read them. */
import { GENERATIONS, type Generation } from '../domain/generation.js';
import { identifyGeneration, MARKERS, type Marker } from '../domain/markers.js';
import type { Database } from './database.js';
import { explainIncomplete, explainUnknown, explainUnreadable } from './schema-advice.js';
import { type ColumnKind, fitsKind, tablesOf } from './tables.js';

/** A column that exists, in PostgreSQL's terms. */
export interface CatalogColumn {
  readonly table: string;
  readonly column: string;
  readonly type: string;
  readonly isNotNull: boolean;
  readonly isReadable: boolean;
}

/** What a schema holds of authentik's tables. */
export interface Catalog {
  readonly database: string;
  readonly schema: string;
  readonly columns: readonly CatalogColumn[];
  /** Schemas of the same database that have a table of authentik's users. */
  readonly authentikSchemas: readonly string[];
}

export interface Inspection {
  readonly generation: Generation | undefined;
  /** Every column that the generation needs; empty when it is not known. */
  readonly needs: readonly Need[];
  /** Why the database cannot be served, each with what to do; empty: it can. */
  readonly problems: readonly string[];
}

export interface Need {
  readonly table: string;
  readonly column: string;
  readonly kind: ColumnKind;
  /** What the catalog has under this name. */
  readonly found: CatalogColumn | undefined;
}

const KNOWN_TABLES = [
  ...new Set([
    ...MARKERS.map(({ table }) => table),
    ...GENERATIONS.flatMap((generation) => Object.keys(tablesOf(generation))),
  ]),
];

// pg_catalog shows every column to every role; information_schema shows only the readable ones.
const CATALOG_QUERY = `
  SELECT current_database() AS "database", $1::text AS "schema",
    coalesce((SELECT json_agg(json_build_object(
        'table', c.relname, 'column', a.attname, 'type', format_type(a.atttypid, a.atttypmod),
        'isNotNull', a.attnotnull,
        'isReadable', has_schema_privilege(n.oid, 'USAGE')
          AND has_column_privilege(c.oid, a.attnum, 'SELECT')) ORDER BY c.relname, a.attnum)
      FROM pg_catalog.pg_namespace n
      JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid
      JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid
      WHERE n.nspname = $1 AND c.relname = ANY ($2::text[]) AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
        AND a.attnum > 0 AND NOT a.attisdropped), '[]') AS "columns",
    ARRAY(SELECT n.nspname::text FROM pg_catalog.pg_class c
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relname = 'authentik_core_user' AND c.relkind IN ('r', 'p') ORDER BY 1) AS "authentikSchemas"`;

/** Rejects with a DatabaseError when the database cannot be asked. */
export async function inspectDatabase(database: Database, schema: string): Promise<Inspection> {
  const [catalog] = await database.query<Catalog>(CATALOG_QUERY, schema, KNOWN_TABLES);
  return inspectCatalog(catalog as Catalog);
}

export function inspectCatalog(catalog: Catalog): Inspection {
  const isPresent = (marker: Marker) => hasMarker(catalog, marker);
  const generation = identifyGeneration(isPresent);
  if (!generation) {
    return { generation, needs: [], problems: [explainUnknown(catalog, isPresent)] };
  }
  const needs = neededColumns(generation).map((needed) => ({
    ...needed,
    found: findColumn(catalog, needed.table, needed.column),
  }));
  const usable = ({ kind, found }: Need) => found !== undefined && fitsKind(found.type, kind);
  const unfit = needs.filter((need) => !usable(need));
  const unreadable = needs.filter((need) => usable(need) && !need.found?.isReadable);
  return {
    generation,
    needs,
    problems: [
      ...(unfit.length > 0 ? [explainIncomplete(unfit, generation, catalog)] : []),
      ...(unreadable.length > 0 ? [explainUnreadable(unreadable, generation, catalog)] : []),
    ],
  };
}

function neededColumns(generation: Generation): Omit<Need, 'found'>[] {
  return Object.entries(tablesOf(generation)).flatMap(([table, columns]) =>
    Object.entries(columns).map(([column, kind]) => ({ table, column, kind })),
  );
}

function findColumn({ columns }: Catalog, table: string, column: string) {
  return columns.find((candidate) => candidate.table === table && candidate.column === column);
}

function hasMarker(catalog: Catalog, { table, column, type, isNullable }: Marker): boolean {
  const found = findColumn(catalog, table, column);
  return found !== undefined && (!type || found.type === type) && !(isNullable && found.isNotNull);
}
