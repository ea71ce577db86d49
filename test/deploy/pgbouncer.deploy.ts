import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startServiceProcess } from '../support/live/service-process.js';
import { startTraffic } from '../support/live/traffic.js';
import { createDatabase, onConnection, type TestDatabase } from '../support/postgres.js';
import { type PgBouncer, startPgBouncer } from './support/pgbouncer.js';

const SERVER_CONNECTIONS = 2;
const CLIENTS = 32;
const TEST_MS = 60_000;

describe('PgBouncer in transaction mode', () => {
  let db: TestDatabase;
  let pooler: PgBouncer;

  beforeAll(async () => {
    db = await createDatabase('2024.6', { seed: true });
    pooler = await startPgBouncer(db.url, SERVER_CONNECTIONS);
  });

  afterAll(async () => {
    await pooler.stop();
    await db.drop();
  });

  test(
    'carries two instances with more connections than it has itself',
    async () => {
      const settings = {
        DATABASE_URL: pooler.url,
        DATABASE_STARTUP_PARAMETERS: 'false',
        DATABASE_PREPARED_STATEMENTS: 'false',
      };
      const instances = await Promise.all([
        startServiceProcess(settings),
        startServiceProcess(settings),
      ]);
      const traffics = instances.map(({ url }) =>
        startTraffic(url, { clients: CLIENTS, pauseMs: 0 }),
      );
      await Promise.all(traffics.map((traffic) => traffic.steady()));
      const [row] = await db.sql<{ connections: number }>(
        `SELECT count(*)::integer AS connections FROM pg_stat_activity
         WHERE datname = current_database() AND usename = 'authentik_stages_reader'`,
      );
      await Promise.all([...traffics, ...instances].map((running) => running.stop()));
      const exchanges = traffics.flatMap((traffic) => traffic.exchanges);
      expect(exchanges.filter(({ status }) => status !== 200)).toEqual([]);
      expect(exchanges.flatMap(({ problems }) => problems)).toEqual([]);
      expect(row?.connections).toBe(SERVER_CONNECTIONS);
    },
    TEST_MS,
  );

  test.each([
    { missing: 'DATABASE_STARTUP_PARAMETERS', given: 'DATABASE_PREPARED_STATEMENTS' },
    { missing: 'DATABASE_PREPARED_STATEMENTS', given: 'DATABASE_STARTUP_PARAMETERS' },
  ])(
    'keeps the service from starting without $missing=false, and the message names it',
    async ({ missing, given }) => {
      const starting = startServiceProcess({ DATABASE_URL: pooler.url, [given]: 'false' });
      await expect(starting).rejects.toThrow(`Set ${missing}=false.`);
    },
    TEST_MS,
  );

  test('leaves the deadline for queries to a setting of the role', async () => {
    // The name comes from the tests themselves.
    const { pathname } = new URL(db.url);
    await db.sql(
      `ALTER ROLE authentik_stages_reader IN DATABASE ${pathname.slice(1)} SET statement_timeout = '2s'`,
    );
    const fresh = await startPgBouncer(db.url, 1);
    const shown = await onConnection(fresh.url, (client) => client.query('SHOW statement_timeout'));
    await fresh.stop();
    expect(shown.rows).toEqual([{ statement_timeout: '2s' }]);
  });
});
