import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { DEMO } from '../../src/demo/demo.js';
import { packageRoot } from '../../src/package-root.js';
import { insertPasswordStage } from '../support/fixtures.js';
import { type ServiceProcess, startServiceProcess } from '../support/live/service-process.js';
import { createDatabase, type TestDatabase } from '../support/postgres.js';
import { exchange, send, type WireRequest } from '../support/wire.js';
import { type RunningProxy, startCaddy, startNginx } from './support/proxies.js';
import { elsewhere, LIST, noBearer, pathTo, STAGE, TOKEN } from './support/requests.js';
import { RESPONSE_BY, type Respond, type StandIn, startStandIn } from './support/stand-in.js';

const bearer = { Authorization: `Bearer ${TOKEN}` };
const cookie = { Cookie: 'authentik_session=eyJhbGciOi' };
const busy: Respond = (response) => response.writeHead(503, { 'Retry-After': '1' }).end('busy');
const fail: Respond = (response) => response.writeHead(500).end('{}');
const hangUp: Respond = (response) => response.destroy();

const PROXIES = [
  {
    file: 'deploy/nginx.conf.template',
    startProxy: startNginx,
    ofTwoHeaders: 'refuses the request',
    whenOneIsBusy: 'asks the other',
  },
  {
    file: 'deploy/Caddyfile',
    startProxy: startCaddy,
    ofTwoHeaders: 'looks for a bearer token in either',
    whenOneIsBusy: 'says so',
  },
] as const;

describe.each(PROXIES)('$file, with the service', ({ startProxy, ofTwoHeaders }) => {
  let db: TestDatabase;
  let service: ServiceProcess;
  let authentik: StandIn;
  let proxy: RunningProxy;

  beforeAll(async () => {
    db = await createDatabase('2024.6', { seed: true });
    service = await startServiceProcess({ DATABASE_URL: db.url, LOG_LEVEL: 'silent' });
    const { host } = new URL(service.url);
    authentik = await startStandIn('authentik');
    proxy = await startProxy({ stages: [host, host], authentik: authentik.address });
  });

  beforeEach(() => {
    authentik.requests.length = 0;
  });

  afterAll(async () => {
    await proxy.stop();
    await Promise.all([service.stop(), authentik.close()]);
    await db.drop();
  });

  async function expectFromService(path: string, request: WireRequest, expected = 200) {
    const { status, headers } = await send(proxy.url, path, request);
    expect([status, headers.has('x-request-id')]).toEqual([expected, true]);
    expect(authentik.requests).toEqual([]);
  }

  async function expectFromAuthentik(
    path: string,
    { method = 'GET', headers = {} }: { method?: string; headers?: Record<string, string> },
  ) {
    authentik.requests.length = 0;
    const response = await send(proxy.url, path, { method, headers });
    expect(response.headers.get(RESPONSE_BY)).toBe('authentik');
    expect(response.headers.has('x-request-id')).toBe(false);
    const sent = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
    const received = { method, path, headers: Object.fromEntries(sent) };
    expect(authentik.requests).toMatchObject([received]);
  }

  test.each<{ name: string; headers: Record<string, string> }>([
    { name: 'a bearer token', headers: bearer },
    { name: 'a bearer token and a session cookie', headers: { ...bearer, ...cookie } },
    { name: 'a scheme in lower case', headers: { Authorization: `bearer ${TOKEN}` } },
    { name: 'a scheme in upper case', headers: { Authorization: `BEARER ${TOKEN}` } },
  ])('routes reads with $name to the service', async ({ headers }) => {
    for (const path of [STAGE, pathTo(DEMO.stageUuid.toUpperCase()), `${LIST}?page_size=1`, LIST]) {
      for (const method of ['GET', 'HEAD']) await expectFromService(path, { method, headers });
    }
  });

  test('lets the service refuse a token or a parameter', async () => {
    const headers = { Authorization: 'Bearer unknown' };
    await expectFromService(STAGE, { headers }, 403);
    await expectFromService(`${STAGE}?format=json`, { headers: bearer }, 400);
  });

  test.each([
    { name: 'a session cookie only', headers: cookie },
    ...noBearer,
  ])('routes reads with $name to authentik', async ({ headers }) => {
    for (const path of [STAGE, LIST, `${LIST}?x=Bearer%20y`]) {
      for (const method of ['GET', 'HEAD']) await expectFromAuthentik(path, { method, headers });
    }
  });

  test(`of two Authorization headers, ${ofTwoHeaders}`, async () => {
    const headers = ['Authorization', 'Basic YWtrOnBhc3M=', 'Authorization', bearer.Authorization];
    const response = await send(proxy.url, STAGE, { headers });
    // The service takes the first one.
    const expected = ofTwoHeaders === 'refuses the request' ? [400, false] : [403, true];
    expect([response.status, response.headers.has('x-request-id')]).toEqual(expected);
    expect(authentik.requests).toEqual([]);
  });

  test.each([
    'POST',
    'PUT',
    'PATCH',
    'DELETE',
    'OPTIONS',
    'PROPFIND',
  ])('routes %s to authentik', async (method) => {
    for (const path of [STAGE, LIST]) {
      await expectFromAuthentik(path, { method, headers: bearer });
    }
  });

  test.each(elsewhere)('routes GET %s to authentik, as it was sent', (path) =>
    expectFromAuthentik(path, { headers: bearer }));

  test('lets the commands of docs/operations.md show who responds', async () => {
    const page = readFileSync(join(packageRoot, 'docs/operations.md'), 'utf8');
    const [, block = ''] = /```sh\n(A=.*?)```/s.exec(page) ?? [];
    const env = { ...process.env, TOKEN, STAGE: DEMO.stageUuid };
    const script = block.replace(/^A=.*$/m, `A=${proxy.url}`);
    const { stdout } = await promisify(execFile)('/bin/sh', ['-c', script], { env });
    const seen = stdout.split('\n').flatMap((line) => line.match(/^[^:]+/) ?? []);
    const said = [...block.matchAll(/# (x-.*)$/gm)].map(([, header]) => header);
    expect(seen.map((header) => header.toLowerCase())).toEqual(said);
    expect(said.length).toBeGreaterThan(5);
  });

  test('tells authentik what it needs to know of the client', async () => {
    await send(proxy.url, '/', { headers: { Host: 'authentik.example:8443' } });
    const headers = { 'x-forwarded-for': '127.0.0.1', 'x-forwarded-proto': 'http' };
    const expected = { headers: { host: 'authentik.example:8443', ...headers } };
    expect(authentik.requests).toMatchObject([expected]);
  });

  test('hands a body of any size on to authentik', async () => {
    const body = 'x'.repeat(3_000_000);
    await send(proxy.url, STAGE, { method: 'PUT', headers: bearer, body });
    expect(authentik.requests.map((request) => request.body.length)).toEqual([body.length]);
  });

  test('lets authentik switch to WebSocket', async () => {
    const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket';
    const request = `GET /ws/client/ HTTP/1.1\r\nHost: authentik\r\n${upgrade}\r\n\r\n`;
    expect(await exchange(proxy.url, request)).toMatch(/^HTTP\/1\.1 101 /);
  });

  test('has authentik respond for a stage with a backend of a plugin, and for its list', async () => {
    const id = await insertPasswordStage(db, { backends: ['plugin.Backend'] });
    const headers = { ...bearer, ...cookie, Host: 'authentik.example', 'X-Custom': 'kept' };
    await expectFromAuthentik(pathTo(id), { headers });
    await expectFromAuthentik(LIST, { method: 'HEAD', headers });
    authentik.requests.length = 0;
    await expectFromService(STAGE, { headers: bearer });
  });
});

describe.each(PROXIES)('$file, when the service has trouble', ({ startProxy, whenOneIsBusy }) => {
  let one: StandIn;
  let two: StandIn;
  let authentik: StandIn;
  let proxy: RunningProxy;
  const get = () => send(proxy.url, `${STAGE}?x=y`, { headers: bearer });

  beforeEach(async () => {
    [one, two, authentik] = await Promise.all([
      startStandIn('stages'),
      startStandIn('stages'),
      startStandIn('authentik'),
    ]);
    proxy = await startProxy({ stages: [one.address, two.address], authentik: authentik.address });
    authentik.requests.length = 0;
  });

  afterEach(async () => {
    await proxy.stop();
    await Promise.all([one, two, authentik].map((standIn) => standIn.close()));
  });

  test('keeps its connections to the instances open, and uses both', async () => {
    for (let count = 0; count < 20; count += 1) await get();
    expect([one, two].map(({ requests }) => requests.length)).toEqual([10, 10]);
    expect([one, two].map((instance) => instance.connectionCount())).toEqual([1, 1]);
  });

  test('asks the other instance when one is gone, and never shuts it out', async () => {
    const { address } = one;
    await one.close();
    for (let count = 0; count < 20; count += 1) expect((await get()).status).toBe(200);
    one = await startStandIn('stages', address);
    for (let count = 0; count < 20; count += 1) await get();
    expect(one.requests.length).toBeGreaterThan(0);
    expect(authentik.requests).toEqual([]);
  });

  test(`when one instance is busy, ${whenOneIsBusy}`, async () => {
    one.behave(busy);
    const statuses = new Set<number>();
    for (let count = 0; count < 10; count += 1) statuses.add((await get()).status);
    expect([...statuses].sort()).toEqual(whenOneIsBusy === 'says so' ? [200, 503] : [200]);
  });

  test('hands on that both are busy, and does not burden authentik', async () => {
    one.behave(busy);
    two.behave(busy);
    const { status, headers, text } = await get();
    expect([status, headers.get('retry-after'), text]).toEqual([503, '1', 'busy']);
    expect(authentik.requests).toEqual([]);
  });

  test.each([
    { trouble: 'fail', prepare: async (instance: StandIn) => instance.behave(fail) },
    { trouble: 'hang up', prepare: async (instance: StandIn) => instance.behave(hangUp) },
    { trouble: 'are gone', prepare: (instance: StandIn) => instance.close() },
  ])('leaves the request to authentik when both $trouble', async ({ prepare }) => {
    await Promise.all([one, two].map(prepare));
    const { status, text } = await get();
    expect([status, text]).toEqual([200, 'authentik']);
    const headers = { authorization: bearer.Authorization };
    expect(authentik.requests).toMatchObject([{ method: 'GET', path: `${STAGE}?x=y`, headers }]);
  });

  test.each(['POST', 'PATCH'])('sends a %s once, whatever happens', async (method) => {
    authentik.behave(hangUp);
    const response = await send(proxy.url, STAGE, { method, headers: bearer, body: '{}' });
    expect(response.status).toBe(502);
    expect(authentik.requests).toHaveLength(1);
  });
});
