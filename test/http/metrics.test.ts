import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { readConfig } from '../../src/config.js';
import { loadContract } from '../../src/contract/contract.js';
import { DEMO } from '../../src/demo/demo.js';
import { startMetricsServer } from '../../src/http/metrics.js';
import { createLogger } from '../../src/log.js';
import { type Service, startService } from '../../src/service.js';
import { until } from '../support/live/until.js';
import { createDatabase, type TestDatabase } from '../support/postgres.js';
import { exchange } from '../support/wire.js';

const OPERATION = 'stages_password_retrieve';
const contract = loadContract();
const PATH = `${contract.basePath}${contract.pathOf(OPERATION).replace('{stage_uuid}', DEMO.stageUuid)}`;
const headers = { Authorization: `Bearer ${DEMO.administratorToken}` };

let database: TestDatabase;
let service: Service;

async function start(environment: Readonly<Record<string, string>>): Promise<Service> {
  const config = readConfig({ PORT: '0', DATABASE_URL: database.url, ...environment });
  return startService(config, { databaseUrl: database.url, logger: await createLogger('silent') });
}

beforeAll(async () => {
  database = await createDatabase('2024.6', { seed: true });
  service = await start({ METRICS_PORT: '0' });
});
afterAll(async () => {
  await service.close();
  await database.drop();
});

/** The samples whose line begins so, as numbers by the rest of the line. */
async function samples(name: string, from = service): Promise<Record<string, number>> {
  const lines = (await from.metrics.metrics()).split('\n');
  const found = lines.filter((line) => new RegExp(`^${name}[{ ]`).test(line));
  return Object.fromEntries(
    found.map((line) => {
      const end = line.lastIndexOf(' ');
      return [line.slice(name.length, end), Number(line.slice(end + 1))];
    }),
  );
}

const labels = (status: number, operation = OPERATION) =>
  `{operation="${operation}",status="${status}"}`;

describe('metrics', () => {
  test('count requests by operation and status, and measure how long they took', async () => {
    const before = await samples('authentik_stages_requests_total');
    const added = async (key: string) =>
      ((await samples('authentik_stages_requests_total'))[key] ?? 0) - (before[key] ?? 0);
    await fetch(service.url + PATH, { headers });
    await fetch(service.url + PATH, { headers });
    await fetch(service.url + PATH);
    await fetch(`${service.url}/livez`);
    await until('all are counted', async () => (await added(labels(200, 'other'))) === 1);
    expect(await added(labels(200))).toBe(2);
    expect(await added(labels(403))).toBe(1);
    const counts = await samples('authentik_stages_request_duration_seconds_count');
    const requests = Object.entries(await samples('authentik_stages_requests_total'));
    for (const [key, count] of Object.entries(counts)) {
      const same = requests.filter(([each]) => each.startsWith(key.slice(0, -1)));
      expect(count).toBe(same.reduce((sum, [, number]) => sum + number, 0));
    }
  });

  test('never name a path, a token or a method of the caller', async () => {
    await fetch(`${service.url}/secret-path?secret-query`, { headers });
    await fetch(service.url + PATH, { headers: { Authorization: 'Bearer secret-token' } });
    await fetch(service.url + PATH, { method: 'PROPFIND' });
    await until(
      'all are counted',
      async () => labels(405, 'other') in (await samples('authentik_stages_requests_total')),
    );
    expect(await service.metrics.metrics()).not.toMatch(/secret|PROPFIND|demo-administrator/);
  });

  test('count what never became a request', async () => {
    await exchange(service.url, 'nonsense\r\n\r\n');
    await exchange(service.url, `GET /${'a'.repeat(20_000)} HTTP/1.1\r\n\r\n`);
    const refused = await samples('authentik_stages_refused_total');
    expect(refused['{status="431"}']).toBe(1);
    expect(Object.values(refused).reduce((sum, count) => sum + count, 0)).toBe(2);
  });

  test('tell the sizes of batches, and what waits', async () => {
    await fetch(service.url + PATH, { headers });
    const batches = await samples('authentik_stages_batch_size_count');
    expect(batches['{repository="stages"}']).toBeGreaterThan(0);
    const waiting = await samples('authentik_stages_waiting');
    expect(waiting).toEqual({ '{repository="access"}': 0, '{repository="stages"}': 0 });
  });

  test('tell the use of the pool, and the release of the tables', async () => {
    const connections = await samples('authentik_stages_database_connections');
    expect(connections['{state="idle"}']).toBeGreaterThan(0);
    expect(connections['{state="busy"}']).toBe(0);
    expect(await samples('authentik_stages_database_queue')).toEqual({ '': 0 });
    const release = await samples('authentik_stages_database_release_info');
    expect(release).toEqual({ '{since="2024.4"}': 1 });
  });

  test('tell how late the event loop is, and what the process uses', async () => {
    expect(await samples('nodejs_eventloop_lag_p99_seconds')).toEqual({ '': expect.any(Number) });
    expect((await samples('process_resident_memory_bytes'))['']).toBeGreaterThan(1e7);
  });

  test('are off unless METRICS_PORT is set', async () => {
    const other = await start({});
    await fetch(other.url + PATH, { headers });
    expect(await other.metrics.metrics()).toBe('\n');
    await other.close();
  });
});

describe('startMetricsServer', () => {
  let server: Awaited<ReturnType<typeof startMetricsServer>>;
  const startServer = (collect: () => Promise<string>, port = 0) =>
    startMetricsServer('127.0.0.1', port, collect);
  afterEach(() => server.close());

  test('serves the metrics and nothing else', async () => {
    server = await startServer(async () => 'a 1\n');
    const response = await fetch(server.url);
    expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(await response.text()).toBe('a 1\n');
    expect((await fetch(new URL('/', server.url))).status).toBe(404);
  });

  test('is 503 when the metrics cannot be had', async () => {
    server = await startServer(() => Promise.reject(new Error('secret')));
    const response = await fetch(server.url);
    expect(response.status).toBe(503);
    expect(await response.text()).toBe('');
  });

  test('rejects when the port is taken', async () => {
    server = await startServer(async () => '');
    const taken = startServer(async () => '', Number(new URL(server.url).port));
    await expect(taken).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});
