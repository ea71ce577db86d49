import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { PrismaPg } from '@prisma/adapter-pg';
import { PrismaClient } from '../../generated/prisma/client.js';
import { tablesOf } from '../../src/data/tables.js';
import { GENERATIONS, type Generation } from '../../src/domain/generation.js';
import { packageRoot } from '../../src/package-root.js';
import { RELEASES } from '../support/generations/generations.js';
import { createDatabase, type TestDatabase } from '../support/postgres.js';

interface Model {
  readonly name: string;
  readonly table: string;
  /** PostgreSQL's types by column, with ` NOT NULL` where Prisma takes that for granted. */
  readonly columns: Record<string, string>;
}

/** Reads schema.prisma, whose formatter puts one field on each line. */
function readModels(): Model[] {
  const schema = readFileSync(join(packageRoot, 'prisma/schema.prisma'), 'utf8');
  const blocks = [...schema.matchAll(/^model (\w+) \{\n(.*?)^\}/gms)];
  const names = new Set(blocks.map(([, name]) => name));
  return blocks.map(([, name = '', body = '']) => {
    const fields = body.split('\n').flatMap((line) => {
      const [, field = '', type = '', list, optional, rest = ''] =
        /^ {2}(\w+) +(\w+)(\[\])?(\?)? *(.*)$/.exec(line) ?? [];
      if (!field || names.has(type)) return [];
      const column = /@map\("(\w+)"\)/.exec(rest)?.[1] ?? field;
      return [[column, `${sqlType(type, rest)}${list ?? ''}${optional ? '' : ' NOT NULL'}`]];
    });
    const table = /@@map\("(\w+)"\)/.exec(body)?.[1] ?? name;
    return { name, table, columns: Object.fromEntries(fields) };
  });
}

function sqlType(type: string, attributes: string): string {
  const length = /@db\.VarChar\((\d+)\)/.exec(attributes)?.[1];
  if (length) return `character varying(${length})`;
  if (attributes.includes('@db.Uuid')) return 'uuid';
  if (attributes.includes('@db.Timestamptz(6)')) return 'timestamp with time zone';
  const types: Record<string, string> = { String: 'text', Int: 'integer', Boolean: 'boolean' };
  return types[type] ?? type;
}

const models = readModels();

describe('schema.prisma', () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await createDatabase('2024.6', { seed: true });
  });
  afterAll(() => db.drop());

  test('maps the columns that the service reads, and no others', () => {
    const generation = GENERATIONS[RELEASES.indexOf('2024.6')] as Generation;
    const read = Object.entries(tablesOf(generation)).map(([table, columns]) => [
      table,
      Object.keys(columns).sort(),
    ]);
    const mapped = models.map(({ table, columns }) => [table, Object.keys(columns).sort()]);
    expect(Object.fromEntries(mapped)).toEqual(Object.fromEntries(read));
  });

  test.each(models)('agrees with tables.sql about $name', async ({ table, columns }) => {
    const rows = await db.sql<{ name: string; type: string }>(
      `SELECT attname AS name,
         format_type(atttypid, atttypmod) || CASE WHEN attnotnull THEN ' NOT NULL' ELSE '' END AS type
       FROM pg_attribute WHERE attrelid = $1::regclass AND attname = ANY ($2)`,
      [table, Object.keys(columns)],
    );
    expect(Object.fromEntries(rows.map(({ name, type }) => [name, type]))).toEqual(columns);
  });

  test('makes a client that reads the demo as the read-only role', async () => {
    const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: db.url }) });
    try {
      const stage = await prisma.stage.findUniqueOrThrow({
        where: { name: 'default-authentication-password' },
        include: {
          passwordStage: true,
          bindings: { include: { flow: { include: { policyBindingModel: true } } } },
        },
      });
      expect(stage).toMatchObject({
        passwordStage: { failedAttemptsBeforeCancel: 5 },
        bindings: [
          {
            order: 20,
            flow: {
              slug: 'default-authentication-flow',
              policyBindingModel: { policyEngineMode: 'any' },
            },
          },
        ],
      });
      const token = await prisma.token.findFirstOrThrow({
        where: { key: 'demo-auditor-token' },
        include: { user: { include: { groups: { include: { group: true } }, authGroups: true } } },
      });
      expect(token.user).toMatchObject({
        isActive: true,
        groups: [{ group: { isSuperuser: false, parentId: null } }],
        authGroups: [{}],
      });
    } finally {
      await prisma.$disconnect();
    }
  });
});
