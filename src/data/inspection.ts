/** Judges authentik's tables: which release they are of, what keeps them from being served, and what to do about it. */
import { NEEDS, type Need, ROLE_FILES } from '../../generated/tables.js';
import { type Catalog, type Column, readCatalog } from './catalog.js';
import type { Database } from './database.js';
import { nearestRelease } from './releases/identify.js';
import { describeRelease, type Release, SUPPORTED } from './releases/releases.js';

export type Inspection = Awaited<ReturnType<typeof inspectDatabase>>;

const NOT_GRANTED = 'SELECT not granted';

/** Rejects with a DatabaseError when the database cannot be queried. */
export async function inspectDatabase(database: Database, schema: string) {
  const catalog = await readCatalog(database, schema);
  const { release, deviations } = nearestRelease(catalog.columns);
  const needs = deviations.length > 0 ? [] : checkNeeds(catalog, release);
  const unfit = needs.filter(({ fault }) => fault && fault !== NOT_GRANTED);
  const unreadable = needs.filter(({ fault }) => fault === NOT_GRANTED);
  const hidden = needs.filter(({ isHidden }) => isHidden);
  const differences = [...deviations, ...unfit.map(({ table, column, fault }) => `${table}.${column} ${fault}`)];
  const problems = [
    differences.length > 0 && explainTables(catalog, release, differences),
    unreadable.length > 0 && explainUnreadable(unreadable, release, schema),
    hidden.length > 0 &&
      `Row level security may hide rows of ${listOf(byTable(hidden).map(([table]) => table))} from the role in DATABASE_URL, and callers would be refused without a reason. As the owner of the tables, run ALTER TABLE … DISABLE ROW LEVEL SECURITY, or connect as a role that it does not apply to.`,
  ];
  const { encoding, arrayNulls, columns } = catalog;
  const views = new Set(columns.filter(({ isView }) => isView).map(({ table }) => table));
  const warnings = [
    encoding !== 'UTF8' && `The database is encoded in ${encoding}: authentik needs UTF8, and text may be garbled.`,
    arrayNulls !== 'on' && 'array_nulls is off for this role: PostgreSQL reads NULL in an array as text.',
    ...[...views].map((table) => `${table} is a view, not the table that authentik made.`),
  ];
  return {
    ...catalog,
    /** Undefined for tables of no known release. */
    release: differences.length > 0 ? undefined : release,
    /** Every column that is read of the release. */
    needs,
    /** Why the database cannot be served, each with what to do; empty: it can. */
    problems: problems.filter((text) => text !== false),
    /** What deserves a look, but does not keep the database from being served. */
    warnings: warnings.filter((text) => text !== false),
  };
}

function checkNeeds({ columns, readsTokensBy, tenantSchema }: Catalog, release: Release) {
  const needs = (NEEDS[release.since] ?? []).filter(({ reads }) => reads !== 'lists' || tenantSchema !== null);
  return needs.map((need) => {
    const ofTable = columns.filter(({ table }) => table === need.table);
    const found = ofTable.find(({ column }) => column === need.column);
    const isByFunction = readsTokensBy === 'function' && need.reads === 'credentials';
    const isReadable = isByFunction || (need.isWhole ? ofTable.every((each) => each.isReadable) : found?.isReadable);
    const isHidden = isByFunction ? found?.forcesRowSecurity : found?.hasRowSecurity;
    /** Why the column cannot be read, as the end of a sentence that begins with its name. */
    const fault = faultOf(need, found) ?? (isReadable ? undefined : NOT_GRANTED);
    return { ...need, isByFunction, isHidden, fault };
  });
}

/** Undefined for a column that is there with a type that can be read as ours. */
function faultOf({ type }: Need, found: Column | undefined): string | undefined {
  if (!found) return 'is missing';
  const foundType = found.type.replace(/\(\d+\)$/, '');
  if (foundType === type || (type === 'text' && foundType === 'character varying')) return undefined;
  return `has the type ${found.type} instead of ${type}`;
}

function explainTables(catalog: Catalog, nearest: Release, differences: readonly string[]): string {
  const { schema, database, columns, authentikSchemas } = catalog;
  const has = (name: string) => columns.some(({ table }) => table === name);
  const place = `the schema "${schema}" of the database "${database}"`;
  const supported = `Supported are the databases of authentik ${SUPPORTED}.`;
  if (!has('authentik_core_user')) {
    const elsewhere =
      authentikSchemas.length > 0
        ? `They are in ${listOf(authentikSchemas.map((name) => `"${name}"`))}: set DATABASE_SCHEMA to that.`
        : 'No other schema of the database has them either: check the database name in DATABASE_URL.';
    return `There are no tables of authentik in ${place}. ${elsewhere} ${supported}`;
  }
  if (!has('authentik_rbac_role')) {
    return `The tables in ${place} are of an authentik before 2023.10: there is no authentik_rbac_role. ${supported} Upgrade authentik.`;
  }
  return `The tables in ${place} are of no known release. They resemble authentik ${describeRelease(nearest)}, but ${listOf(differences)}. ${supported} Wait until authentik's migrations have finished, or run them again.`;
}

function explainUnreadable(needs: readonly Need[], release: Release, schema: string): string {
  const names = byTable(needs).map(([table, own]) => `${table} (${own.map(({ column }) => column).join(', ')})`);
  const searchPath = schema === 'public' ? '' : `, with "${schema}" first in search_path`;
  return `The role in DATABASE_URL may not read everything that is needed from the tables of authentik ${describeRelease(release)}: ${names.join(', ')}. As the owner of the tables, run ${ROLE_FILES[release.since]}${searchPath}.`;
}

/** In the order of the first need of each table. */
export function byTable<Each extends Need>(needs: readonly Each[]): [string, Each[]][] {
  const tables = [...new Set(needs.map(({ table }) => table))];
  return tables.map((table) => [table, needs.filter((need) => need.table === table)]);
}

const listOf = (items: readonly string[]) => new Intl.ListFormat('en-GB').format(items);
