import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Database, DatabaseOptions } from '../../src/data/database.js';
import { openRefusingPooler } from '../support/live/refusing-pooler.js';
import { openTcpProxy, type TcpProxy, through } from '../support/live/tcp-proxy.js';
import { until } from '../support/live/until.js';
import { createDatabase, type TestDatabase } from '../support/postgres.js';
import { openTestDatabase, sql } from '../support/store.js';

let server: TestDatabase;
let proxy: TcpProxy;
let database: Database;
const idleErrors: string[] = [];

beforeEach(async () => {
  server = await createDatabase('2024.6');
  proxy = await openTcpProxy(Number(new URL(server.url).port));
});
afterEach(async () => {
  await database.close();
  await proxy.close();
  await server.drop();
  idleErrors.length = 0;
});

function open(options: Partial<DatabaseOptions> = {}): void {
  database = openTestDatabase(through(server.url, proxy), {
    poolSize: 4,
    connectTimeoutMs: 500,
    queryTimeoutMs: 500,
    onIdleError: (error) => idleErrors.push(error.message),
    ...options,
  });
}

const one = () => database.select(sql('SELECT 1 AS one'));
const sleep = (seconds: number) =>
  database.select(sql(`SELECT 1 AS one FROM pg_sleep(${seconds})`));
const slow = () => sleep(0.2);
const ONE = [{ one: 1 }];

async function openFour(): Promise<void> {
  await Promise.all([slow(), slow(), slow(), slow()]);
  expect(database.connections).toMatchObject({ open: 4, idle: 4 });
}

describe('a query', () => {
  test('whose connection breaks is sent again on another', async () => {
    open();
    const result = slow();
    await until('it is under way, and broken', async () => {
      const killed = await server.sql(`
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND query LIKE '%pg_sleep(0.2)%'
          AND application_name = 'authentik-stages-password'`);
      return killed.length > 0;
    });
    await expect(result).resolves.toEqual(ONE);
  });

  test('trusts none of the idle connections when one has broken', async () => {
    open();
    await openFour();
    proxy.cut();
    await expect(Promise.all([one(), one(), one(), one()])).resolves.toEqual([ONE, ONE, ONE, ONE]);
  });

  test('that gets no response fails in time, and takes the idle connections with it', async () => {
    open();
    await openFour();
    proxy.forget();
    await expect(one()).rejects.toMatchObject({ isSilence: true });
    await until('the others are gone', () => database.connections.open === 0);
    await expect(one()).resolves.toEqual(ONE);
  });

  test('that the server gives up leaves the other connections alone', async () => {
    open();
    await openFour();
    const failing = sleep(2);
    await expect(failing).rejects.toMatchObject({ sqlState: '57014' });
    expect(idleErrors).toEqual([]);
    expect(database.connections.open).toBeGreaterThanOrEqual(3);
  });

  test('waits for a connection no longer than for a new one', async () => {
    open({ poolSize: 1, queryTimeoutMs: 2000 });
    const first = sleep(1.5);
    await expect(one()).rejects.toMatchObject({ isSilence: true });
    await first;
  });
});

test('closing ends every connection, whoever has used it', async () => {
  open();
  await openFour();
  await database.close();
  expect(database.connections.open).toBe(0);
  open();
});

describe('prepared statements', () => {
  const NAME = createHash('sha1').update('SELECT 1 AS one').digest('hex');
  const prepared = () =>
    database.select(sql('SELECT count(*)::integer AS count FROM pg_prepared_statements'));

  // As a pooler does that hands connections around.
  test.each<[string, boolean, string]>([
    ['are lost (26000)', true, 'DEALLOCATE ALL'],
    ['are there already (42P05)', false, `PREPARE "${NAME}" AS SELECT 2`],
  ])('that %s are given up, and the query succeeds', async (_state, isUsed, statement) => {
    open({ poolSize: 1 });
    if (isUsed) await one();
    await database.select(sql(statement));
    await expect(one()).resolves.toEqual(ONE);
    const before = await prepared();
    await expect(database.select(sql('SELECT 3 AS one'))).resolves.toEqual([{ one: 3 }]);
    expect(await prepared()).toEqual(before);
  });

  test('are used while they last', async () => {
    open({ poolSize: 1 });
    await one();
    await one();
    const names = await database.select(sql('SELECT name FROM pg_prepared_statements'));
    expect(names).toContainEqual({ name: NAME });
  });
});

describe('startup parameters', () => {
  const settings = () =>
    database.select(
      sql(`SELECT current_setting('search_path') AS path, current_setting('statement_timeout') AS timeout,
        current_setting('default_transaction_read_only') AS "readOnly",
        current_setting('transaction_isolation') AS isolation, current_setting('jit') AS jit`),
    );
  const SAME = { path: 'pg_catalog', readOnly: 'on', isolation: 'read committed', jit: 'off' };

  beforeEach(async () => {
    const name = new URL(server.url).pathname.slice(1);
    await server.sql(`ALTER DATABASE ${name} SET default_transaction_isolation = serializable`);
  });

  test('hold for every connection, also for a role without settings', async () => {
    open({ url: through(server.adminUrl, proxy) });
    expect(await settings()).toEqual([{ ...SAME, timeout: '500ms' }]);
  });

  test('that a pooler refuses are left out from then on: the role has its own', async () => {
    const pooler = await openRefusingPooler(proxy.target);
    open({ url: through(server.url, pooler), connectTimeoutMs: 5000 });
    expect(await settings()).toEqual([{ ...SAME, timeout: '2s' }]);
    await openFour();
    expect(pooler.refusals).toBe(1);
    pooler.close();
  });
});

describe('several hosts', () => {
  test('are tried in turn, and the one that responds is kept', async () => {
    const closed = await openTcpProxy(1);
    await closed.close();
    open({ url: through(server.url, closed, proxy) });
    await expect(one()).resolves.toEqual(ONE);
    expect(idleErrors).toEqual([]);
  });

  test('are left for the next when the one in use fails', async () => {
    const other = await openTcpProxy(proxy.target);
    open({ url: through(server.url, other, proxy) });
    await one();
    await other.close();
    await expect(one()).resolves.toEqual(ONE);
  });
});

describe('a password file', () => {
  test('is read for each new connection, without the line feed at its end', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'authentik-stages-password-'));
    const passwordFile = join(folder, 'password');
    const { password } = new URL(server.url);
    const url = server.url.replace(`:${password}@`, '@');
    writeFileSync(passwordFile, 'wrong\n');
    open({ url, passwordFile });
    await expect(one()).rejects.toMatchObject({ sqlState: '28P01' });
    writeFileSync(passwordFile, `${password}\n`);
    await expect(one()).resolves.toEqual(ONE);
    rmSync(folder, { recursive: true });
  });
});
