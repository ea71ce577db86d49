/** Says what is wrong with authentik's tables, what is supported, and what to do. */
import { type Generation, releasesOf } from '../domain/generation.js';
import { type IsPresent, type Marker, nearestGeneration } from '../domain/markers.js';
import type { Catalog, Need } from './catalog.js';

const SUPPORTED = 'Supported are the databases of authentik 2023.10 to 2026.2.';
const MIGRATE = "Wait until authentik's migrations have finished, or run them again.";

/** For tables that are those of no generation. */
export function explainUnknown(catalog: Catalog, isPresent: IsPresent): string {
  const { database, schema, columns, authentikSchemas } = catalog;
  const place = `the schema "${schema}" of the database "${database}"`;
  if (columns.length === 0) {
    const elsewhere =
      authentikSchemas.length > 0
        ? `They are in ${listOf(authentikSchemas.map((name) => `"${name}"`))}: set DATABASE_SCHEMA to that.`
        : 'No other schema of the database has them either: check the database name in DATABASE_URL.';
    return `There are no tables of authentik in ${place}. ${elsewhere} ${SUPPORTED}`;
  }
  const tables = new Set(columns.map(({ table }) => table));
  if (tables.has('authentik_core_user') && !tables.has('authentik_rbac_role')) {
    return `The tables in ${place} are of an authentik before 2023.10: there is no authentik_rbac_role. ${SUPPORTED} Upgrade authentik.`;
  }
  const { generation, missing, surplus } = nearestGeneration(isPresent);
  const deviations = [
    ...missing.map((marker) => `${nameOf(marker)} is missing`),
    ...surplus.map((marker) => `${nameOf(marker)} should not be there`),
  ];
  return `The tables in ${place} are of no known release. They resemble authentik ${releasesOf(generation)}, but ${listOf(deviations)}. ${SUPPORTED} ${MIGRATE}`;
}

/** For columns of the generation that are missing or of a type that cannot be read. */
export function explainIncomplete(
  unfit: readonly Need[],
  generation: Generation,
  { database, schema }: Catalog,
): string {
  const deviations = unfit.map(({ table, column, kind, found }) =>
    found
      ? `${table}.${column} has the type ${found.type} instead of ${kind}`
      : `${table}.${column} is missing`,
  );
  return `The tables in the schema "${schema}" of the database "${database}" are those of authentik ${releasesOf(generation)}, but ${listOf(deviations)}. ${SUPPORTED} ${MIGRATE}`;
}

export function explainUnreadable(
  unreadable: readonly Need[],
  generation: Generation,
  { schema }: Catalog,
): string {
  const columns = new Map<string, string[]>();
  for (const { table, column } of unreadable) {
    columns.set(table, [...(columns.get(table) ?? []), column]);
  }
  const names = [...columns].map(([table, names]) => `${table} (${names.join(', ')})`);
  const searchPath = schema === 'public' ? '' : `, with "${schema}" first in search_path`;
  return `The role in DATABASE_URL may not read everything that is needed from the tables of authentik ${releasesOf(generation)}: ${names.join(', ')}. As the owner of the tables, run prisma/reader-role/${roleFile(generation)}${searchPath}.`;
}

/** The file that grants what this generation needs. */
export function roleFile(generation: Generation): string {
  return `${generation.permissions === 'django' ? '2023.10' : generation.since}.sql`;
}

function nameOf({ table, column, type, isNullable }: Marker): string {
  return `${table}.${column}${type ? ` of type ${type}` : ''}${isNullable ? ' without NOT NULL' : ''}`;
}

function listOf(items: readonly string[]): string {
  return new Intl.ListFormat('en-GB').format(items);
}
