import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { loadContract } from '../../src/contract/contract.js';
import { DEMO } from '../../src/demo.js';
import { type Nginx, startNginx } from './support/nginx.js';
import { send } from './support/send.js';
import { ANSWERED_BY, type Answer, type StandIn, startStandIn } from './support/stand-in.js';

const { basePath, operationIds, pathOf } = loadContract();
const list = basePath + pathOf('stages_password_list');
const stage = basePath + pathOf('stages_password_retrieve').replace('{stage_uuid}', DEMO.stageUuid);

const busy: Answer = (_request, response) =>
  response.writeHead(503, { 'Retry-After': '1' }).end('busy');
const hangUp: Answer = (_request, response) => response.destroy();

describe('deploy/nginx.conf.template', () => {
  let one: StandIn;
  let two: StandIn;
  let authentik: StandIn;
  let proxy: Nginx;

  beforeEach(async () => {
    [one, two, authentik] = await Promise.all([
      startStandIn('stages'),
      startStandIn('stages'),
      startStandIn('authentik'),
    ]);
    proxy = await startNginx({
      stages: [one.address, two.address],
      authentik: authentik.address,
    });
    authentik.requests.length = 0;
  });

  afterEach(async () => {
    await proxy.stop();
    await Promise.all([one, two, authentik].map((standIn) => standIn.close()));
  });

  test.each(
    operationIds.flatMap((operationId) =>
      ['GET', 'HEAD'].flatMap((method) =>
        ['', '?', '?name=x'].map((query) => ({
          method,
          path: basePath + pathOf(operationId).replace('{stage_uuid}', DEMO.stageUuid) + query,
        })),
      ),
    ),
  )('leads $method $path to the service', async ({ method, path }) => {
    const answer = await send(proxy.url, path, { method });
    expect(answer.headers[ANSWERED_BY]).toBe('stages');
    expect([...one.requests, ...two.requests]).toMatchObject([{ method, path }]);
  });

  test('takes a UUID in upper case for a UUID', async () => {
    const answer = await send(
      proxy.url,
      stage.replace(DEMO.stageUuid, DEMO.stageUuid.toUpperCase()),
    );
    expect(answer.headers[ANSWERED_BY]).toBe('stages');
  });

  test.each([
    ...['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND'].flatMap((method) => [
      { method, path: stage },
      { method, path: list },
    ]),
    ...['GET', 'HEAD'].flatMap((method) =>
      [
        '/',
        '/if/flow/default-authentication-flow/',
        `${basePath}/stages/all/`,
        stage.replace('/password/', '/identification/'),
        `${stage}used_by/`,
        stage.replace(/\/$/, ''),
        list.replace(/\/$/, ''),
        `${stage}/`,
        `${list}used_by/`,
        `${list}not-a-uuid/`,
        `${list}urn:uuid:${DEMO.stageUuid}/`,
        stage.replaceAll('-', ''),
        `/other${stage}`,
        `/${stage}`,
        stage.replace('/stages/', '//stages/'),
        stage.replace('/stages/', '/stages/x/../'),
        stage.replace('/stages/', '/%73tages/'),
        stage.replace(basePath, basePath.toUpperCase()),
        `${stage.replace(/\/$/, '')}%2F`,
        `/?next=${stage}`,
      ].map((path) => ({ method, path })),
    ),
  ])('leads $method $path to authentik', async ({ method, path }) => {
    const answer = await send(proxy.url, path, { method });
    expect(answer.headers[ANSWERED_BY]).toBe('authentik');
    expect(authentik.requests).toMatchObject([{ method, path }]);
    expect([...one.requests, ...two.requests]).toEqual([]);
  });

  test('hands on the credentials, and the request id of the answer', async () => {
    for (const standIn of [one, two]) {
      standIn.behave((_request, response) => response.setHeader('X-Request-Id', 'an id').end());
    }
    const answer = await send(proxy.url, stage, { headers: { Authorization: 'Bearer token' } });
    expect(answer.headers).toMatchObject({ 'x-request-id': 'an id' });
    expect([...one.requests, ...two.requests]).toMatchObject([
      { headers: { authorization: 'Bearer token' } },
    ]);
  });

  test('tells authentik what it needs to know of the client', async () => {
    await send(proxy.url, '/', { headers: { Host: 'authentik.example:8443' } });
    expect(authentik.requests).toMatchObject([
      {
        headers: {
          host: 'authentik.example:8443',
          'x-forwarded-for': '127.0.0.1',
          'x-forwarded-proto': 'http',
        },
      },
    ]);
  });

  test('hands a body of any size on to authentik', async () => {
    const body = 'x'.repeat(3_000_000);
    await send(proxy.url, stage, { method: 'PUT', body });
    expect(authentik.requests.map((request) => request.body.length)).toEqual([body.length]);
  });

  test('lets authentik switch to WebSocket', async () => {
    const headers = { Connection: 'Upgrade', Upgrade: 'websocket' };
    expect((await send(proxy.url, '/ws/client/', { headers })).status).toBe(101);
  });

  test('keeps its connections to the service open', async () => {
    for (let count = 0; count < 20; count += 1) await send(proxy.url, stage);
    expect(one.requests).toHaveLength(10);
    expect(two.requests).toHaveLength(10);
    expect(one.connectionCount()).toBe(1);
    expect(two.connectionCount()).toBe(1);
  });

  test.each([
    { fault: 'is busy', answer: busy },
    { fault: 'hangs up', answer: hangUp },
  ])('asks the other instance when one $fault, and never shuts it out', async ({ answer }) => {
    one.behave(answer);
    for (let count = 0; count < 20; count += 1) {
      expect((await send(proxy.url, stage)).status).toBe(200);
    }
    expect(two.requests).toHaveLength(20);
    expect(one.requests).toHaveLength(10);
    expect(authentik.requests).toEqual([]);
  });

  test('hands on that both are busy, and does not burden authentik', async () => {
    one.behave(busy);
    two.behave(busy);
    expect(await send(proxy.url, stage)).toMatchObject({
      status: 503,
      headers: { 'retry-after': '1' },
      body: 'busy',
    });
    expect(authentik.requests).toEqual([]);
  });

  test('leaves the request to authentik when both are gone', async () => {
    await Promise.all([one.close(), two.close()]);
    const headers = { Authorization: 'Bearer token', Host: 'authentik.example' };
    const answer = await send(proxy.url, stage, { headers });
    expect(answer.headers[ANSWERED_BY]).toBe('authentik');
    expect(authentik.requests).toMatchObject([
      {
        method: 'GET',
        path: stage,
        headers: { authorization: 'Bearer token', host: 'authentik.example' },
      },
    ]);
  });

  test.each(['POST', 'PATCH'])('sends a %s once, whatever happens', async (method) => {
    authentik.behave(hangUp);
    expect((await send(proxy.url, stage, { method, body: '{}' })).status).toBe(502);
    expect(authentik.requests).toHaveLength(1);
  });
});
