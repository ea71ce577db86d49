import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startServiceProcess } from '../support/live/service-process.js';
import { startTraffic } from '../support/live/traffic.js';
import { createDatabase, onConnection, type TestDatabase } from '../support/postgres.js';
import { startPgBouncer } from './support/pgbouncer.js';
import type { RunningProxy } from './support/proxies.js';

const SERVER_CONNECTIONS = 2;
const CLIENTS = 32;
describe('PgBouncer in transaction mode', () => {
  let db: TestDatabase;
  let pooler: RunningProxy;

  beforeAll(async () => {
    db = await createDatabase('2024.6', { seed: true });
    pooler = await startPgBouncer(db.url, SERVER_CONNECTIONS);
  });

  afterAll(async () => {
    await pooler.stop();
    await db.drop();
  });

  test('carries two instances with more connections than it has itself, without a setting', async () => {
    const start = () => startServiceProcess({ DATABASE_URL: pooler.url });
    const instances = await Promise.all([start(), start()]);
    const traffics = instances.map(({ url }) =>
      startTraffic(url, { clients: CLIENTS, pauseMs: 0 }),
    );
    await Promise.all(traffics.map((traffic) => traffic.steady()));
    const rows = await db.sql(
      `SELECT count(*)::integer AS connections FROM pg_stat_activity
         WHERE datname = current_database() AND usename = 'authentik_stages_reader'`,
    );
    await Promise.all([...traffics, ...instances].map((running) => running.stop()));
    const exchanges = traffics.flatMap((traffic) => traffic.exchanges);
    expect(exchanges.filter(({ status }) => status !== 200)).toEqual([]);
    expect(exchanges.flatMap(({ problems }) => problems)).toEqual([]);
    expect(rows).toEqual([{ connections: SERVER_CONNECTIONS }]);
  });

  test("leaves the deadline for queries and the search path to the role's own settings", async () => {
    const shown = await onConnection(pooler.url, async (client) => {
      const { rows } = await client.query(
        "SELECT current_setting('statement_timeout'), current_setting('search_path') AS path",
      );
      return rows;
    });
    expect(shown).toEqual([{ current_setting: '2s', path: 'pg_catalog' }]);
  });
});
