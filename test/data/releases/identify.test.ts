import { afterEach, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { inspectDatabase } from '../../src/data/catalog.js';
import { openDatabase } from '../../src/data/database.js';
import { queriesFor } from '../../src/data/queries.js';
import type { Generation } from '../../src/domain/generation.js';
import type { Release } from '../support/generations/generations.js';
import { upgradeStatements } from '../support/generations/statements.js';
import { createDatabase, type TestDatabase } from '../support/postgres.js';
import { DEMO_TOKENS } from '../support/service.js';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

// As superuser, who meets no missing grant: the guard alone has to do it.
async function openAll(release: Release) {
  const db = await createDatabase(release, { seed: true });
  const database = openDatabase({
    url: db.adminUrl,
    passwordFile: undefined,
    poolSize: 1,
    connectTimeoutMs: 5000,
    queryTimeoutMs: 5000,
    usesPreparedStatements: true,
    usesStartupParameters: true,
  });
  const seasoned = new pg.Client({ connectionString: db.adminUrl });
  await seasoned.connect();
  cleanups.push(
    () => db.drop(),
    () => database.close(),
    () => seasoned.end(),
  );
  const inspect = async () => (await inspectDatabase(database, 'public')).generation;
  return { db, inspect, seasoned };
}

/** Whether a query of the old generation answers, as one that was prepared before or as a new one. */
async function answers(client: Pick<pg.Client, 'query'>, generation: Generation, name?: string) {
  const text = queriesFor(generation, 'public').apiTokens;
  try {
    const values = [Object.values(DEMO_TOKENS), new Date()];
    const { rows } = await client.query({ text, values, ...(name && { name }) });
    expect(rows).toHaveLength(Object.keys(DEMO_TOKENS).length);
    return rows.every((row) => row.generationHolds);
  } catch (error) {
    expect((error as pg.DatabaseError).code).toMatch(/^(42|0A000)/);
    return false;
  }
}

const asNew = (db: TestDatabase) => ({
  query: async (query: pg.QueryConfig) => ({ rows: await db.sql(query.text, query.values) }),
});

describe.each<[Release, Release]>([
  ['2024.6', '2025.8'],
  ['2024.6', '2025.12'],
  ['2025.8', '2025.12'],
  ['2025.12', '2026.2'],
  ['2024.6', '2026.2'],
])('an upgrade from %s to %s', (from, to) => {
  test('at no statement lets a query of the old generation answer for another one', async () => {
    const { db, inspect, seasoned } = await openAll(from);
    const old = (await inspect()) as Generation;
    expect(await answers(seasoned, old, 'prepared')).toBe(true);
    let statements = 0;
    for (const statement of upgradeStatements(from, to)) {
      await db.sql(statement);
      statements += 1;
      const isOld = (await inspect()) === old;
      const seen = {
        prepared: await answers(seasoned, old, 'prepared'),
        fresh: await answers(asNew(db) as never, old),
      };
      // A query may fail before anyone can tell why; it may not answer after.
      if (!isOld) expect([statement, seen]).toEqual([statement, { prepared: false, fresh: false }]);
    }
    expect(statements).toBeGreaterThan(5);
    expect((await inspect())?.since).toBe(to);
  });
});
