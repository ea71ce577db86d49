/** Names authentik's tables in SQL. */
import { Prisma } from '../../generated/prisma/client.js';
import { TABLES } from '../../generated/tables.js';

export type TableName = (typeof TABLES)[number];

/** Each table with its schema, quoted: the connection's search path does not matter. */
export type Tables = Readonly<Record<TableName, Prisma.Sql>>;

export function tablesIn(schema: string): Tables {
  // Every name of the type is in the list that the type is made from.
  return Object.fromEntries(TABLES.map((name) => [name, Prisma.raw(qualified(schema, name))])) as Tables;
}

export function qualified(schema: string, name: string): string {
  return `"${schema.replaceAll('"', '""')}"."${name.replaceAll('"', '""')}"`;
}
