/** Says what is wrong with authentik's tables, what is supported, and what to do. */
import { type Need, ROLE_FILES } from '../../generated/tables.js';
import type { Likeness, Marker } from './releases/identify.js';
import { describeRelease, isBefore, type Release, SUPPORTED } from './releases/releases.js';

const WHAT_IS_SUPPORTED = `Supported are the databases of authentik ${SUPPORTED}.`;
const MIGRATE = "Wait until authentik's migrations have finished, or run them again.";

/** A column as the catalog has it. */
interface FoundColumn {
  readonly table: string;
  readonly type: string;
}

/** What was looked at. */
interface Place {
  readonly database: string;
  readonly schema: string;
  readonly columns: readonly FoundColumn[];
  /** Schemas of the same database that have a table of authentik's users. */
  readonly authentikSchemas: readonly string[];
}

/** For tables that are those of no release. */
export function explainUnknown(catalog: Place, { release, missing, unexpected }: Likeness): string {
  const { database, schema, columns, authentikSchemas } = catalog;
  const place = `the schema "${schema}" of the database "${database}"`;
  const tables = new Set(columns.map(({ table }) => table));
  if (!tables.has('authentik_core_user')) {
    const elsewhere =
      authentikSchemas.length > 0
        ? `They are in ${listOf(authentikSchemas.map((name) => `"${name}"`))}: set DATABASE_SCHEMA to that.`
        : 'No other schema of the database has them either: check the database name in DATABASE_URL.';
    return `There are no tables of authentik in ${place}. ${elsewhere} ${WHAT_IS_SUPPORTED}`;
  }
  if (!tables.has('authentik_rbac_role')) {
    return `The tables in ${place} are of an authentik before 2023.10: there is no authentik_rbac_role. ${WHAT_IS_SUPPORTED} Upgrade authentik.`;
  }
  const deviations = [
    ...missing.map((marker) => `${nameOf(marker)} is missing`),
    ...unexpected.map((marker) => `${nameOf(marker)} should not be there`),
  ];
  return `The tables in ${place} are of no known release. They resemble authentik ${describeRelease(release)}, but ${listOf(deviations)}. ${WHAT_IS_SUPPORTED} ${MIGRATE}`;
}

/** For columns of the release that are missing or of a type that cannot be read. */
export function explainIncomplete(
  unfit: readonly (Need & { readonly found: FoundColumn | undefined })[],
  release: Release,
  { database, schema }: Place,
): string {
  const deviations = unfit.map(({ table, column, type, found }) =>
    found ? `${table}.${column} has the type ${found.type} instead of ${type}` : `${table}.${column} is missing`,
  );
  return `The tables in the schema "${schema}" of the database "${database}" are those of authentik ${describeRelease(release)}, but ${listOf(deviations)}. ${WHAT_IS_SUPPORTED} ${MIGRATE}`;
}

export function explainUnreadable(unreadable: readonly Need[], release: Release, { schema }: Place): string {
  const names = [...byTable(unreadable)].map(([table, columns]) => `${table} (${columns.join(', ')})`);
  const searchPath = schema === 'public' ? '' : `, with "${schema}" first in search_path`;
  return `The role in DATABASE_URL may not read everything that is needed from the tables of authentik ${describeRelease(release)}: ${names.join(', ')}. As the owner of the tables, run ${roleFile(release)}${searchPath}.`;
}

export function explainRowSecurity(hidden: readonly Need[]): string {
  const tables = listOf([...byTable(hidden).keys()]);
  return `Row level security may hide rows of ${tables} from the role in DATABASE_URL, and callers would be refused without a reason. As the owner of the tables, run ALTER TABLE … DISABLE ROW LEVEL SECURITY, or connect as a role that it does not apply to.`;
}

function byTable(needs: readonly Need[]): Map<string, string[]> {
  const tables = new Map<string, string[]>();
  for (const { table, column } of needs) {
    tables.set(table, [...(tables.get(table) ?? []), column]);
  }
  return tables;
}

/** The file that grants what this release needs. */
export function roleFile({ since }: Release): string {
  const first = ROLE_FILES.findLast((release) => !isBefore(since, release));
  return `prisma/reader-role/${first}.sql`;
}

function nameOf({ table, column, type, isNullable }: Marker): string {
  return `${table}.${column}${type ? ` of type ${type}` : ''}${isNullable ? ' without NOT NULL' : ''}`;
}

function listOf(items: readonly string[]): string {
  return new Intl.ListFormat('en-GB').format(items);
}
