/**
 * A generator of Prisma: reads schema.prisma with its documentation comments, and writes what follows from them:
 * generated/tables.ts, generated/stage-sql.ts, the role files in prisma/reader-role, and docs/tables.md.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import generatorHelper, { type DMMF } from '@prisma/generator-helper';
import { isBefore, RELEASES } from '../src/data/releases/releases.js';
import { roleFile, type TableDescription } from './reader-role.js';
import { SELECT } from './stage-select.js';

generatorHelper.generatorHandler({
  onManifest: () => ({ prettyName: 'tables, role files and documentation' }),
  async onGenerate({ dmmf, schemaPath }) {
    const root = join(dirname(schemaPath), '..');
    const tables = dmmf.datamodel.models.map(toTable);
    write(join(root, 'generated', 'tables.ts'), toModule(tables));
    write(join(root, 'generated', 'stage-sql.ts'), toStageSql(dmmf.datamodel.models));
    write(join(root, 'docs', 'tables.md'), toPage(tables));
    for (const [release, last] of roleFiles(tables)) {
      const file = join(root, 'prisma', 'reader-role', `${release}.sql`);
      write(file, roleFile(release, last, tablesOf(tables, release)));
    }
  },
});

interface Column {
  readonly name: string;
  readonly type: string;
  readonly since?: string;
  readonly until?: string;
  readonly nullable?: string;
  readonly isMarker?: true;
  readonly isUnread?: true;
}
interface Table extends Pick<Column, 'name' | 'since' | 'until'> {
  readonly renamed?: { readonly since: string; readonly to: string };
  readonly reads: string;
  readonly isWhole?: true;
  readonly columns: readonly Column[];
}

function toTable({ name, dbName, documentation = '', fields }: DMMF.Model): Table {
  const [, since, to] = /@renamed (\S+) (\S+)/.exec(documentation) ?? [];
  const [, reads] = /@reads (\w+)/.exec(documentation) ?? [];
  if (!dbName || !reads) throw new Error(`The model ${name} needs @@map and @reads.`);
  return {
    name: dbName,
    ...lifetime(documentation),
    ...(since && to && { renamed: { since, to } }),
    reads,
    ...(documentation.includes('@whole') && { isWhole: true }),
    columns: fields.filter(({ kind }) => kind === 'scalar').map(toColumn),
  };
}

function toColumn(field: DMMF.Field): Column {
  const { name, dbName, documentation = '' } = field;
  const [, nullable] = /@nullable (\S+)/.exec(documentation) ?? [];
  return {
    name: dbName ?? name,
    type: typeOf(field),
    ...lifetime(documentation),
    ...(nullable && { nullable }),
    ...(documentation.includes('@marker') && { isMarker: true }),
    ...(documentation.includes('@unread') && { isUnread: true }),
  };
}

function lifetime(documentation: string): { since?: string; until?: string } {
  const [, since] = /@since (\S+)/.exec(documentation) ?? [];
  const [, until] = /@until (\S+)/.exec(documentation) ?? [];
  return { ...(since && { since }), ...(until && { until }) };
}

const TYPES: Readonly<Record<string, string>> = {
  String: 'text',
  Int: 'integer',
  Boolean: 'boolean',
  DateTime: 'timestamp with time zone',
};

function typeOf({ name, type, isList, nativeType }: DMMF.Field): string {
  if (nativeType?.[0] === 'Uuid') return 'uuid';
  const known = TYPES[type];
  if (!known) throw new Error(`${name} has a type that is not in the list: ${type}.`);
  return isList ? `${known}[]` : known;
}

function exists({ since, until }: { since?: string; until?: string }, release: string): boolean {
  return !(since && isBefore(release, since)) && !(until && isBefore(until, release));
}

/** What is read of a release: its tables by their names there, with the columns that they have. */
function tablesOf(tables: readonly Table[], release: string): TableDescription[] {
  return tables
    .filter((table) => exists(table, release))
    .map(({ name, renamed, reads, isWhole, columns }) => ({
      name: renamed && !isBefore(release, renamed.since) ? renamed.to : name,
      reads,
      isWhole,
      columns: columns.filter((column) => exists(column, release) && !column.isUnread),
    }))
    .filter(({ columns }) => columns.length > 0);
}

/** A table that got another name is told by both: its column went from the one and came to the other. */
function markersOf({ name, renamed, columns, ...table }: Table) {
  const [oldest] = RELEASES.map(({ since }) => since);
  return columns
    .filter(({ isMarker }) => isMarker)
    .flatMap((column) => {
      const { type, nullable } = column;
      const since = nullable ?? column.since ?? table.since ?? oldest;
      const until = column.until ?? table.until;
      const next = RELEASES.find((release) => until && isBefore(until, release.since));
      const before = renamed?.since ?? next?.since;
      const marker = { column: column.name, type, isNullable: nullable !== undefined };
      return [
        { table: name, ...marker, since, ...(before && { before }) },
        ...(renamed ? [{ table: renamed.to, ...marker, since: renamed.since }] : []),
      ];
    });
}

/** The first release of each set of grants, with the last one that it serves. */
function roleFiles(tables: readonly Table[]): [string, string | undefined][] {
  const names = RELEASES.map(({ since }) => since);
  const contents = names.map((release) => JSON.stringify(tablesOf(tables, release)));
  const firsts = names.filter((_, index) => contents[index] !== contents[index - 1]);
  return firsts.map((release, index) => [release, firsts[index + 1]]);
}

function toModule(tables: readonly Table[]): string {
  const names = tables.flatMap(({ name, renamed }) => (renamed ? [name, renamed.to] : [name]));
  const needs = RELEASES.map(({ since }) => [
    since,
    tablesOf(tables, since).flatMap(({ name, reads, isWhole = false, columns }) =>
      columns.map((column) => ({
        table: name,
        column: column.name,
        type: column.type,
        reads,
        isWhole,
      })),
    ),
  ]);
  const firsts = roleFiles(tables).map(([release]) => release);
  const paths = RELEASES.map(({ since }) => [
    since,
    `prisma/reader-role/${firsts.findLast((first) => !isBefore(since, first))}.sql`,
  ]);
  return `/** authentik's tables as prisma/schema.prisma describes them. */

/** Every name that a table has or had. */
export const TABLES = ${toJson([...new Set(names)])} as const;

/** The tables that got another name in a release; queries know them by the first. */
export const RENAMED: { readonly [table: string]: { readonly since: string; readonly to: string } | undefined } = ${toJson(
    Object.fromEntries(tables.flatMap(({ name, renamed }) => (renamed ? [[name, renamed]] : []))),
  )};

/** A column that is read. */
export interface Need {
  readonly table: string;
  readonly column: string;
  /** In PostgreSQL's words; text may be of a limited length. */
  readonly type: string;
  /** What it is read for. */
  readonly reads: string;
  /** Whether every other column of the table is read as well. */
  readonly isWhole: boolean;
}

/** By the first release with these tables. */
export const NEEDS: Readonly<Record<string, readonly Need[]>> = ${toJson(Object.fromEntries(needs))};

/** A column that only some releases have, or that only some have without NOT NULL. */
export interface Marker {
  readonly table: (typeof TABLES)[number];
  readonly column: string;
  /** Another type makes it another column: 2026.2 gave a name a new meaning. */
  readonly type: string;
  readonly isNullable: boolean;
  /** The first release that has it. */
  readonly since: string;
  /** The first release that no longer has it. */
  readonly before?: string;
}

export const MARKERS: readonly Marker[] = ${toJson(tables.flatMap(markersOf))};

/** The file that grants what a release needs, by the first release with its tables. */
export const ROLE_FILES: Readonly<Record<string, string>> = ${JSON.stringify(Object.fromEntries(paths), undefined, 1)};
`;
}

const toJson = (value: unknown) =>
  JSON.stringify(value, undefined, 1).replaceAll(/\{\s+([^{}]*?)\s+\}/g, (object) =>
    object.replaceAll(/\s*\n\s*/g, ' '),
  );

function toStageSql(models: readonly DMMF.Model[]): string {
  // An array whose length the planner knew would make it plan each query anew.
  const byIds = (columnOf: ColumnOf) => `${columnOf('id')} = ANY ((SELECT $1::uuid[])::uuid[])`;
  return `/** What is read of a password stage, as prisma/stage-select.ts says: for Prisma, and as SQL. */
import type { Release } from '../src/data/releases/releases.js';
import type { Prisma } from './prisma/client.js';
import type { TABLES } from './tables.js';

export const SELECT = ${toJson(SELECT)} as const satisfies Prisma.PasswordStageSelect;

type Tables = Readonly<Record<(typeof TABLES)[number], { readonly sql: string }>>;

/**
 * The password stages whose ids are in the array $1. The column \`row\` has each as JSON, of the shape that Prisma's
 * \`findMany\` returns.
 */
export const passwordStages = (t: Tables, release: Release) =>
  \`SELECT row_to_json(r) AS row FROM (${selectSql(models, 'PasswordStage', SELECT, byIds)}) r\`;
`;
}

/** As Prisma's. */
interface Select {
  readonly [field: string]: true | { readonly select: Select };
}
type ColumnOf = (field: string) => string;

/** A template of a SELECT of the rows of a model, with related rows as JSON in them. */
function selectSql(
  models: readonly DMMF.Model[],
  name: string,
  select: Select,
  where: (columnOf: ColumnOf) => string,
  depth = 0,
): string {
  const model = find(models, name);
  const alias = `t${depth}`;
  const columnOf: ColumnOf = (field) => `${alias}."${find(model.fields, field).dbName ?? field}"`;
  const indent = `\n${'  '.repeat(2 * depth + 2)}`;
  const toValue = (field: string, nested: Select[string]) => {
    if (nested === true) return columnOf(field);
    const { type, isList } = find(model.fields, field);
    const [own, other] = keysOf(models, model, field);
    const isRelated = (theirColumnOf: ColumnOf) => `${theirColumnOf(other)} = ${columnOf(own)}`;
    const rows = selectSql(models, type, nested.select, isRelated, depth + 1);
    return `(SELECT ${isList ? "coalesce(json_agg(r), '[]')" : 'row_to_json(r)'} FROM (${rows}) r)`;
  };
  const values = Object.entries(select).map(([field, nested], index) => {
    const value = `${index > 0 ? `,${indent}  ` : ''}${toValue(field, nested)} AS "${field}"`;
    if (!find(model.fields, field).documentation?.includes('@since')) return value;
    // As src/data/releases calls it.
    return `\${release.has${field.replace(/^./, (first) => first.toUpperCase())} ? \`${value}\` : ''}`;
  });
  const from = `FROM \${t.${model.dbName}.sql} ${alias} WHERE ${where(columnOf)}`;
  return `${indent}SELECT ${values.join('')}${indent}${from}`;
}

/** The field that is equal in both rows of a relation, by its names here and there. */
function keysOf(models: readonly DMMF.Model[], model: DMMF.Model, field: string): [string, string] {
  const {
    type,
    relationName,
    relationFromFields: [own] = [],
    relationToFields: [other] = [],
  } = find(model.fields, field);
  if (own && other) return [own, other];
  const back = find(models, type).fields.find(
    (candidate) => candidate.relationName === relationName,
  );
  const [theirs, ours] = keysOf(models, find(models, type), back?.name ?? field);
  return [ours, theirs];
}

function find<Named extends { readonly name: string }>(all: readonly Named[], name: string): Named {
  const found = all.find((candidate) => candidate.name === name);
  if (!found) throw new Error(`schema.prisma has no ${name}.`);
  return found;
}

const PURPOSES: Readonly<Record<string, string>> = {
  credentials: 'Which user a token stands for',
  permissions: 'Who may see which password stage',
  stages: 'The response',
  lists: 'How long a page of a list is',
};

function toPage(tables: readonly Table[]): string {
  const rows = tables.flatMap(({ name, renamed, reads, columns, isWhole, ...table }) => {
    const read = columns.filter(({ isUnread }) => !isUnread);
    if (read.length === 0) return [];
    const names = `\`${name}\`${renamed ? ` (since ${renamed.since} \`${renamed.to}\`)` : ''}`;
    const listed = read
      .map((column) => `\`${column.name}\`${period(column, ' (', ')')}`)
      .join(', ');
    const list = isWhole ? `all: ${listed} are used` : listed;
    return [{ reads, row: `| ${names} | ${list} | ${period(table) || 'all'} |` }];
  });
  const sections = Object.entries(PURPOSES).map(([reads, title]) =>
    [
      `## ${title}`,
      '',
      '| table | columns | releases |',
      '| --- | --- | --- |',
      ...rows.filter((row) => row.reads === reads).map(({ row }) => row),
    ].join('\n'),
  );
  return `<!-- Written by \`npm run generate\` from prisma/schema.prisma. -->

# What is read

Every table and column of authentik that a query reads. The role files in \`prisma/reader-role\` grant exactly these
columns, except for the tables of tokens: those are read by one function, and the role has no access to them.

${sections.join('\n\n')}
`;
}

function period(part: { since?: string; until?: string }, before = '', after = ''): string {
  const words = [part.since && `since ${part.since}`, part.until && `until ${part.until}`];
  const text = words.filter(Boolean).join(', ');
  return text && before + text + after;
}

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
