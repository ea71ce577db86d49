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

describe.each([
  { file: 'deploy/nginx.conf.template', startProxy: startNginx },
  { file: 'deploy/Caddyfile', startProxy: startCaddy },
])('$file', ({ startProxy }) => {
  const isNginx = startProxy === startNginx;
  let authentik: StandIn;
  let proxy: RunningProxy;

  describe('with the service', () => {
    let db: TestDatabase;
    let service: ServiceProcess;

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
      headers: Readonly<Record<string, string>>,
      methods: readonly string[] = ['GET', 'HEAD'],
    ) {
      for (const method of methods) {
        authentik.requests.length = 0;
        const response = await send(proxy.url, path, { method, headers });
        expect(response.headers.get(RESPONSE_BY)).toBe('authentik');
        expect(response.headers.has('x-request-id')).toBe(false);
        const received = Object.entries(headers).map(([name, text]) => [name.toLowerCase(), text]);
        const expected = { method, path, headers: Object.fromEntries(received) };
        expect(authentik.requests).toMatchObject([expected]);
      }
    }

    test.each<{ name: string; headers: Record<string, string> }>([
      { name: 'a bearer token', headers: bearer },
      { name: 'a bearer token and a session cookie', headers: { ...bearer, ...cookie } },
      { name: 'a scheme in lower case', headers: { Authorization: `bearer ${TOKEN}` } },
      { name: 'a scheme in upper case', headers: { Authorization: `BEARER ${TOKEN}` } },
    ])('routes reads with $name to the service', async ({ headers }) => {
      const upperCase = pathTo(DEMO.stageUuid.toUpperCase());
      for (const path of [STAGE, upperCase, LIST, `${LIST}?page_size=1`]) {
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
        await expectFromAuthentik(path, headers);
      }
    });

    test('refuses two Authorization headers, or has the service refuse the first', async () => {
      const name = 'Authorization';
      const headers = [name, 'Basic YWtrOnBhc3M=', name, bearer.Authorization];
      const response = await send(proxy.url, STAGE, { headers });
      const byService = response.headers.has('x-request-id');
      expect([response.status, byService]).toEqual(isNginx ? [400, false] : [403, true]);
      expect(authentik.requests).toEqual([]);
    });

    test('routes other methods to authentik', async () => {
      const methods = ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND'];
      for (const path of [STAGE, LIST]) await expectFromAuthentik(path, bearer, methods);
    });

    test.each(elsewhere)('routes %s to authentik, as it was sent', (path) =>
      expectFromAuthentik(path, bearer));

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

    test('hands on a body of any size, and what authentik needs to know of the client', async () => {
      const [body, host] = ['x'.repeat(3_000_000), 'authentik.example:8443'];
      await send(proxy.url, STAGE, { method: 'PUT', headers: { ...bearer, Host: host }, body });
      const forwarded = { 'x-forwarded-for': '127.0.0.1', 'x-forwarded-proto': 'http' };
      expect(authentik.requests).toMatchObject([{ headers: { host, ...forwarded } }]);
      expect(authentik.requests[0]?.body.length).toBe(body.length);
    });

    test('lets authentik switch to WebSocket', async () => {
      const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket';
      const request = `GET /ws/client/ HTTP/1.1\r\nHost: authentik\r\n${upgrade}\r\n\r\n`;
      expect(await exchange(proxy.url, request)).toMatch(/^HTTP\/1\.1 101 /);
    });

    test('has authentik respond for a stage with a backend of a plugin, and for its list', async () => {
      const id = await insertPasswordStage(db, { backends: ['plugin.Backend'] });
      const headers = { ...bearer, ...cookie, Host: 'authentik.example', 'X-Custom': 'kept' };
      await expectFromAuthentik(pathTo(id), headers);
      await expectFromAuthentik(LIST, headers);
      authentik.requests.length = 0;
      await expectFromService(STAGE, { headers: bearer });
    });
  });

  describe('when the service has trouble', () => {
    let one: StandIn;
    let two: StandIn;
    const get = () => send(proxy.url, `${STAGE}?x=y`, { headers: bearer });
    async function getTimes(times: number): Promise<number[]> {
      const statuses = new Set<number>();
      for (let count = 0; count < times; count += 1) statuses.add((await get()).status);
      return [...statuses].sort();
    }

    beforeEach(async () => {
      const starting = ['stages', 'stages', 'authentik'].map((name) => startStandIn(name));
      [one, two, authentik] = (await Promise.all(starting)) as [StandIn, StandIn, StandIn];
      const stages = [one.address, two.address] as const;
      proxy = await startProxy({ stages, authentik: authentik.address });
      authentik.requests.length = 0;
    });

    afterEach(async () => {
      await proxy.stop();
      await Promise.all([one, two, authentik].map((standIn) => standIn.close()));
    });

    test('keeps its connections to the instances open, and uses both', async () => {
      await getTimes(20);
      expect([one, two].map(({ requests }) => requests.length)).toEqual([10, 10]);
      expect([one, two].map((instance) => instance.connectionCount())).toEqual([1, 1]);
    });

    test('asks the other instance when one is gone, and never shuts it out', async () => {
      await one.close();
      expect(await getTimes(20)).toEqual([200]);
      one = await startStandIn('stages', one.address);
      await getTimes(20);
      expect(one.requests.length).toBeGreaterThan(0);
      expect(authentik.requests).toEqual([]);
    });

    test('asks the other instance when one is busy, if it can', async () => {
      one.behave(busy);
      expect(await getTimes(10)).toEqual(isNginx ? [200] : [200, 503]);
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
});
