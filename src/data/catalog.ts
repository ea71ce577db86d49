/** Looks at the tables themselves to find out which generation of authentik they are, and whether we may read them. */
import { GENERATIONS, type Generation, identifyGeneration } from '../domain/generation.js';
import type { Database } from './database.js';
import { type ColumnKind, fitsKind, tablesOf } from './tables.js';

/** A column that exists, in PostgreSQL's terms. */
export interface CatalogColumn {
  readonly table: string;
  readonly column: string;
  readonly type: string;
  readonly isNotNull: boolean;
  readonly isReadable: boolean;
}

export interface Inspection {
  readonly schema: string;
  readonly columns: readonly CatalogColumn[];
  readonly generation: Generation | undefined;
  /** Why the database cannot be served, each with what to do; empty: it can. */
  readonly problems: readonly string[];
}

/** Tables that tell releases apart, though their rows are not read. */
const MARKER_TABLES = ['authentik_rbac_role', 'authentik_brands_brand'];
const KNOWN_TABLES = [
  ...new Set([
    ...MARKER_TABLES,
    ...GENERATIONS.flatMap((generation) => Object.keys(tablesOf(generation))),
  ]),
];

// pg_catalog shows every column to every role; information_schema shows only the readable ones.
const CATALOG_QUERY = `
  SELECT c.relname AS "table", a.attname AS "column", format_type(a.atttypid, a.atttypmod) AS "type",
    a.attnotnull AS "isNotNull",
    has_schema_privilege(n.oid, 'USAGE') AND has_column_privilege(c.oid, a.attnum, 'SELECT') AS "isReadable"
  FROM pg_catalog.pg_namespace n
  JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid
  JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid
  WHERE n.nspname = $1 AND c.relname = ANY ($2::text[]) AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
    AND a.attnum > 0 AND NOT a.attisdropped
  ORDER BY 1, a.attnum`;

/** Rejects with a DatabaseError when the database cannot be asked. */
export async function inspectDatabase(database: Database, schema: string): Promise<Inspection> {
  const columns = await database.query<CatalogColumn>(CATALOG_QUERY, schema, KNOWN_TABLES);
  return inspectColumns(columns, schema);
}

export function inspectColumns(columns: readonly CatalogColumn[], schema: string): Inspection {
  const find = (table: string, column: string) =>
    columns.find((candidate) => candidate.table === table && candidate.column === column);
  const hasTable = (table: string) => columns.some((candidate) => candidate.table === table);
  const generation = identifyGeneration({
    hasRoles: hasTable('authentik_rbac_role'),
    hasBrands: hasTable('authentik_brands_brand'),
    tokensMayLackExpiry: find('authentik_core_token', 'expires')?.isNotNull === false,
    usersKnowLastUpdate: find('authentik_core_user', 'last_updated') !== undefined,
    groupsHaveParentColumn: find('authentik_core_group', 'parent_id') !== undefined,
    hasGroupParentage: hasTable('authentik_core_groupparentage'),
    hasAkGroups: hasTable('authentik_core_user_ak_groups'),
  });
  const inspection = { schema, columns, generation };
  if (!generation) return { ...inspection, problems: [explainUnknown(columns, schema)] };

  const problems: string[] = [];
  const unreadable: string[] = [];
  for (const { table, column, kind } of neededColumns(generation)) {
    const found = find(table, column);
    if (!found) problems.push(`${table}.${column} is missing`);
    else if (!fitsKind(found.type, kind)) {
      problems.push(`${table}.${column} has the type ${found.type} instead of ${kind}`);
    } else if (!found.isReadable) unreadable.push(`${table}.${column}`);
  }
  return {
    ...inspection,
    problems: [
      ...explainBroken(problems, generation),
      ...explainUnreadable(unreadable, generation),
    ],
  };
}

export function neededColumns(
  generation: Generation,
): { table: string; column: string; kind: ColumnKind }[] {
  return Object.entries(tablesOf(generation)).flatMap(([table, columns]) =>
    Object.entries(columns).map(([column, kind]) => ({ table, column, kind })),
  );
}

const SUPPORTED = 'Supported are the databases of authentik 2023.10 to 2026.2.';

function explainUnknown(columns: readonly CatalogColumn[], schema: string): string {
  const tables = new Set(columns.map((column) => column.table));
  if (tables.size === 0) {
    return `The schema "${schema}" has none of authentik's tables. ${SUPPORTED} Check the database name in DATABASE_URL, and DATABASE_SCHEMA.`;
  }
  if (tables.has('authentik_core_user') && !tables.has('authentik_rbac_role')) {
    return `The schema "${schema}" belongs to an authentik before 2023.10: it has no authentik_rbac_role. ${SUPPORTED} Upgrade authentik.`;
  }
  const parents = columns.some(
    ({ table, column }) => table === 'authentik_core_group' && column === 'parent_id',
  );
  const parentage = tables.has('authentik_core_groupparentage');
  const found = [
    `authentik_core_group.parent_id ${parents ? 'exists' : 'is missing'}`,
    `authentik_core_groupparentage ${parentage ? 'exists' : 'is missing'}`,
    `authentik_core_user_ak_groups ${tables.has('authentik_core_user_ak_groups') ? 'exists' : 'is missing'}`,
  ].join(', ');
  return `The schema "${schema}" fits no known release: ${found}. ${SUPPORTED} Wait until authentik's migrations have finished, or run them again.`;
}

function explainBroken(problems: readonly string[], { since }: Generation): string[] {
  if (problems.length === 0) return [];
  return [
    `The tables look like authentik ${since}, but are incomplete: ${problems.join('; ')}. ${SUPPORTED} Wait until authentik's migrations have finished, or run them again.`,
  ];
}

function explainUnreadable(columns: readonly string[], generation: Generation): string[] {
  if (columns.length === 0) return [];
  return [
    `The role in DATABASE_URL may not read ${columns.join(', ')}. Run prisma/readonly-role/${roleFile(generation)} as the owner of the tables.`,
  ];
}

/** The file that grants what this generation needs. */
export function roleFile(generation: Generation): string {
  if (generation.permissions === 'django') return '2023.10.sql';
  return `${generation.since}.sql`;
}
