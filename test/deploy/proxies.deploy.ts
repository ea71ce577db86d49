import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { loadContract } from '../../src/contract/contract.js';
import { DEMO } from '../../src/demo/demo.js';
import { insertPasswordStage } from '../support/fixtures.js';
import { type ServiceProcess, startServiceProcess } from '../support/live/service-process.js';
import { createDatabase, type TestDatabase } from '../support/postgres.js';
import { type RunningProxy, startCaddy, startNginx } from './support/proxies.js';
import { type Sent, send } from './support/send.js';
import { type Answer, RESPONSE_BY, type StandIn, startStandIn } from './support/stand-in.js';

const { basePath, pathOf } = loadContract();
const list = basePath + pathOf('stages_password_list');
const pathTo = (id: string) =>
  basePath + pathOf('stages_password_retrieve').replace('{stage_uuid}', id);
const stage = pathTo(DEMO.stageUuid);
const token = DEMO.administratorToken;
const bearer = { Authorization: `Bearer ${token}` };
const cookie = { Cookie: 'authentik_session=eyJhbGciOi' };

const busy: Answer = (_request, response) =>
  response.writeHead(503, { 'Retry-After': '1' }).end('busy');
const fails: Answer = (_request, response) => response.writeHead(500).end('{}');
const hangsUp: Answer = (_request, response) => response.destroy();

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

describe.each(PROXIES)('$file, with the service and a stand-in for authentik', ({
  startProxy,
  ofTwoHeaders,
}) => {
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

  async function expectFromService(path: string, sent: Sent, status = 200): Promise<void> {
    const response = await send(proxy.url, path, sent);
    expect(response).toMatchObject({ status, headers: { 'x-request-id': expect.any(String) } });
    expect(authentik.requests).toEqual([]);
  }

  async function expectFromAuthentik(path: string, sent: Sent): Promise<void> {
    const response = await send(proxy.url, path, sent);
    expect(response.headers).toMatchObject({ [RESPONSE_BY]: 'authentik' });
    const { method = 'GET' } = sent;
    expect(authentik.requests).toMatchObject([{ method, path }]);
    expect(response.headers).not.toHaveProperty('x-request-id');
  }

  test.each<{ name: string; headers: Record<string, string> }>([
    { name: 'a bearer token', headers: bearer },
    { name: 'a bearer token and a session cookie', headers: { ...bearer, ...cookie } },
    { name: 'a scheme in lower case', headers: { Authorization: `bearer ${token}` } },
    { name: 'a scheme in upper case', headers: { Authorization: `BEARER ${token}` } },
  ])('routes reads with $name to the service', async ({ headers }) => {
    for (const path of [stage, pathTo(DEMO.stageUuid.toUpperCase()), `${list}?page_size=1`, list]) {
      for (const method of ['GET', 'HEAD']) await expectFromService(path, { method, headers });
    }
  });

  test('lets the service refuse a token or a parameter', async () => {
    await expectFromService(stage, { headers: { Authorization: 'Bearer unknown' } }, 403);
    await expectFromService(`${stage}?format=json`, { headers: bearer }, 400);
    await expectFromService(`${list}?`, { headers: bearer });
  });

  test.each<{ name: string; headers: Record<string, string> }>([
    { name: 'a session cookie only', headers: cookie },
    { name: 'no credentials', headers: {} },
    { name: 'Basic', headers: { Authorization: 'Basic YWtrOnBhc3M=' } },
    { name: 'Basic and a cookie', headers: { ...cookie, Authorization: 'Basic YWtrOnBhc3M=' } },
    { name: 'a scheme that only begins like it', headers: { Authorization: 'BearerX token' } },
    { name: 'Bearer in another scheme', headers: { Authorization: 'Token Bearer token' } },
    { name: 'a scheme without a token', headers: { Authorization: 'Bearer' } },
    {
      name: 'the token where it does not belong',
      headers: { 'X-Authorization': `Bearer ${token}` },
    },
  ])('routes reads with $name to authentik', async ({ headers }) => {
    for (const path of [stage, list, `${list}?x=Bearer%20y`]) {
      authentik.requests.length = 0;
      await expectFromAuthentik(path, { headers });
      expect(authentik.requests).toMatchObject([{ headers: lowerCased(headers) }]);
    }
  });

  test(`of two Authorization headers, ${ofTwoHeaders}`, async () => {
    const twice = { Authorization: ['Basic YWtrOnBhc3M=', `Bearer ${token}`] };
    const { status, headers } = await send(proxy.url, stage, { headers: twice });
    // The service takes the first one.
    const refused = ofTwoHeaders === 'refuses the request';
    expect([status, 'x-request-id' in headers]).toEqual(refused ? [400, false] : [403, true]);
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
    await expectFromAuthentik(stage, { method, headers: bearer });
    authentik.requests.length = 0;
    await expectFromAuthentik(list, { method, headers: bearer });
  });

  test.each([
    '/',
    '/if/flow/default-authentication-flow/',
    `${basePath}/stages/all/`,
    stage.replace('/password/', '/identification/'),
    `${stage}used_by/`,
    stage.replace(/\/$/, ''),
    list.replace(/\/$/, ''),
    `${stage}/`,
    `${list}used_by/`,
    pathTo('not-a-uuid'),
    pathTo(`urn:uuid:${DEMO.stageUuid}`),
    stage.replaceAll('-', ''),
    `/other${stage}`,
    `/${stage}`,
    stage.replace('/stages/', '//stages/'),
    stage.replace('/stages/', '/stages/x/../'),
    stage.replace('/stages/', '/%73tages/'),
    stage.replace('-', '%2D'),
    stage.replace(basePath, basePath.toUpperCase()),
    `${stage.replace(/\/$/, '')}%2F`,
    `${stage}%3Fx`,
    `${stage};x/`,
    `/?next=${stage}`,
    `/x?1 GET ${stage}`.replaceAll(' ', '%20'),
  ])('routes GET %s to authentik, as it was sent', async (path) => {
    await expectFromAuthentik(path, { headers: bearer });
  });

  test('has authentik respond where a stage has a backend of a plugin', async () => {
    const id = await insertPasswordStage(db, { backends: ['plugin.Backend'] });
    const headers = { ...bearer, Host: 'authentik.example', 'X-Custom': 'kept' };
    for (const path of [pathTo(id), list]) {
      authentik.requests.length = 0;
      await expectFromAuthentik(path, { headers });
      expect(authentik.requests).toMatchObject([{ headers: lowerCased(headers) }]);
    }
    authentik.requests.length = 0;
    await expectFromService(stage, { headers: bearer });
    await db.sql('DELETE FROM authentik_stages_password_passwordstage WHERE stage_ptr_id = $1', [
      id,
    ]);
    await expectFromService(list, { headers: bearer });
  });

  test('tells authentik what it needs to know of the client', async () => {
    await send(proxy.url, '/', { headers: { Host: 'authentik.example:8443' } });
    const headers = {
      host: 'authentik.example:8443',
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-proto': 'http',
    };
    expect(authentik.requests).toMatchObject([{ headers }]);
  });

  test('hands a body of any size on to authentik', async () => {
    const body = 'x'.repeat(3_000_000);
    await send(proxy.url, stage, { method: 'PUT', headers: bearer, body });
    expect(authentik.requests.map((request) => request.body.length)).toEqual([body.length]);
  });

  test('lets authentik switch to WebSocket', async () => {
    const headers = { Connection: 'Upgrade', Upgrade: 'websocket' };
    expect((await send(proxy.url, '/ws/client/', { headers })).status).toBe(101);
  });
});

describe.each(PROXIES)('$file, when the service has trouble', ({ startProxy, whenOneIsBusy }) => {
  let one: StandIn;
  let two: StandIn;
  let authentik: StandIn;
  let proxy: RunningProxy;
  const get = () => send(proxy.url, stage, { headers: bearer });

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
    expect(two.requests).toHaveLength(20);
    one = await startStandIn('stages', address);
    for (let count = 0; count < 20; count += 1) await get();
    expect(one.requests.length).toBeGreaterThan(0);
    expect(authentik.requests).toEqual([]);
  });

  test(`when one instance is busy, ${whenOneIsBusy}`, async () => {
    one.behave(busy);
    const statuses = new Set<number | undefined>();
    for (let count = 0; count < 10; count += 1) statuses.add((await get()).status);
    expect([...statuses].sort()).toEqual(whenOneIsBusy === 'says so' ? [200, 503] : [200]);
  });

  test('hands on that both are busy, and does not burden authentik', async () => {
    one.behave(busy);
    two.behave(busy);
    const headers = { 'retry-after': '1' };
    expect(await get()).toMatchObject({ status: 503, headers, body: 'busy' });
    expect(authentik.requests).toEqual([]);
  });

  test.each([
    { trouble: 'fail', prepare: async (instance: StandIn) => instance.behave(fails) },
    { trouble: 'hang up', prepare: async (instance: StandIn) => instance.behave(hangsUp) },
    { trouble: 'are gone', prepare: (instance: StandIn) => instance.close() },
  ])('leaves the request to authentik when both $trouble', async ({ prepare }) => {
    await Promise.all([one, two].map(prepare));
    const headers = { ...bearer, Host: 'authentik.example' };
    const response = await send(proxy.url, `${list}?name=x`, { headers });
    expect(response).toMatchObject({ status: 200, headers: { [RESPONSE_BY]: 'authentik' } });
    const expected = { method: 'GET', path: `${list}?name=x`, headers: lowerCased(headers) };
    expect(authentik.requests).toMatchObject([expected]);
  });

  test.each(['POST', 'PATCH'])('sends a %s once, whatever happens', async (method) => {
    authentik.behave(hangsUp);
    const response = await send(proxy.url, stage, { method, headers: bearer, body: '{}' });
    expect(response.status).toBe(502);
    expect(authentik.requests).toHaveLength(1);
  });
});

function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
}
