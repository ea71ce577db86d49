/** Names authentik's tables in SQL, and describes those that a release has. */
import { Prisma } from '../../generated/prisma/client.js';
import { TABLES } from '../../generated/tables.js';
import { isBefore, type Release } from './releases/releases.js';

export type TableName = (typeof TABLES)[number]['name'];
type ColumnType = (typeof TABLES)[number]['columns'][number]['type'];

interface Lifetime {
  readonly since?: string;
  readonly until?: string;
}
interface TableDescription extends Lifetime {
  readonly name: string;
  readonly renamed?: { readonly since: string; readonly to: string };
  readonly reads: string;
  readonly isWhole?: true;
  readonly columns: readonly (Lifetime & {
    readonly name: string;
    readonly type: ColumnType;
    readonly isMarker?: true;
  })[];
}

/** Each table with its schema, quoted: the connection's search path does not matter. */
export type Tables = Readonly<Record<TableName, Prisma.Sql>>;

export function tablesIn(schema: string): Tables {
  const entries = TABLES.map(({ name }) => [name, Prisma.raw(qualified(schema, name))]);
  // Every name of the type is in the list that the type is made from.
  return Object.fromEntries(entries) as Tables;
}

export function qualified(schema: string, name: string): string {
  return `"${schema.replaceAll('"', '""')}"."${name}"`;
}

/** A column as the catalog has it. */
export interface FoundColumn {
  readonly table: string;
  readonly column: string;
  /** In PostgreSQL's words, such as `character varying(50)`. */
  readonly type: string;
  readonly isReadable: boolean;
}

/** A column that is read. */
export interface Need {
  readonly table: string;
  readonly column: string;
  readonly type: ColumnType;
  /** What it is read for. */
  readonly reads: string;
  /** Whether every other column of the table is read as well. */
  readonly isWhole: boolean;
}

/** Every column that is read of a release. */
export function columnsOf({ since: release }: Release): Need[] {
  const exists = ({ since, until }: Lifetime) =>
    !(since && isBefore(release, since)) && !(until && isBefore(until, release));
  const tables: readonly TableDescription[] = TABLES;
  return tables.filter(exists).flatMap(({ name, renamed, reads, isWhole = false, columns }) =>
    columns
      .filter((column) => exists(column) && !column.isMarker)
      .map((column) => ({
        table: renamed && !isBefore(release, renamed.since) ? renamed.to : name,
        column: column.name,
        type: column.type,
        reads,
        isWhole,
      })),
  );
}

/** Whether a column of PostgreSQL's type, as `format_type` names it, can be read as ours. */
export function fits(found: string, needed: ColumnType): boolean {
  const type = found.replace(/\(\d+\)$/, '');
  return type === needed || (needed === 'text' && type === 'character varying');
}
