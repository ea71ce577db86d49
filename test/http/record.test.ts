import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { DEMO } from '../../src/demo/demo.js';
import { contract, pathTo } from '../support/contract.js';
import { insertPasswordStage } from '../support/fixtures.js';
import { until } from '../support/live/until.js';
import { lockTable } from '../support/lock.js';
import { createDatabase, type TestDatabase } from '../support/postgres.js';
import {
  DEMO_TOKENS,
  type LogLine,
  startTestService,
  type TestService,
} from '../support/service.js';
import { send } from '../support/wire.js';

const ROUTE = contract.basePath + contract.pathOf('stages_password_retrieve');
const STAGE = pathTo(DEMO.stageUuid);

let database: TestDatabase;
let service: TestService;
let seen = 0;

beforeAll(async () => {
  database = await createDatabase('2024.6', { seed: true });
  service = await startTestService(database.url);
});
afterAll(async () => {
  await service.close();
  await database.drop();
});
beforeEach(() => {
  seen = service.log.length;
});

const ADMIN = { Authorization: `Bearer ${DEMO_TOKENS.administrator}` };

/** The lines of this test, of which there are at least so many. */
async function lines(count: number): Promise<readonly LogLine[]> {
  await until(`${count} lines`, () => service.log.length - seen >= count);
  return service.log.slice(seen);
}

describe('the request log', () => {
  test('has one line with what an operator needs', async () => {
    const [user] = await database.sql<{ id: number }>(
      "SELECT id FROM authentik_core_user WHERE username = 'akadmin'",
    );
    const { headers } = await send(service.url, STAGE, { headers: ADMIN });
    expect(await lines(1)).toEqual([
      {
        level: 30,
        time: expect.any(Number),
        pid: process.pid,
        hostname: expect.any(String),
        id: headers.get('x-request-id'),
        method: 'GET',
        route: ROUTE,
        status: 200,
        ms: expect.any(Number),
        userId: user?.id,
        msg: 'request',
      },
    ]);
  });

  test.each([
    ['HEAD', STAGE, { method: 'HEAD', headers: ADMIN }, { method: 'HEAD', status: 200 }],
    ['OPTIONS', STAGE, { method: 'OPTIONS' }, { method: 'OPTIONS', status: 204 }],
    ['an unknown path', '/secret-path', {}, { method: 'GET', status: 404 }],
    [
      'another method',
      STAGE,
      { method: 'DELETE' },
      { method: 'DELETE', status: 405, code: 'method_not_allowed' },
    ],
    [
      'a caller without credentials',
      STAGE,
      {},
      { status: 403, code: 'not_authenticated', route: ROUTE },
    ],
  ])('has one line for %s', async (_what, path, request, expected) => {
    await send(service.url, path, request);
    const written = await lines(1);
    expect(written).toHaveLength(1);
    expect(written[0]).toMatchObject(expected);
  });

  test('has no line for probes and pages that are served as they should be', async () => {
    for (const path of ['/livez', '/readyz', `${contract.basePath}/`]) {
      expect((await send(service.url, path)).status).toBe(200);
    }
    await send(service.url, STAGE, { headers: ADMIN });
    expect((await lines(1)).map(({ route }) => route)).toEqual([ROUTE]);
  });

  test('names the user of a refused caller never, of a permitted one always', async () => {
    await send(service.url, STAGE, { headers: { Authorization: 'Bearer unknown' } });
    await send(service.url, pathTo(randomUUID()), { headers: ADMIN });
    const [refused, permitted] = await lines(2);
    expect(refused?.userId).toBeUndefined();
    expect(permitted?.userId).toEqual(expect.any(Number));
  });

  test('raises the level for a response of 500, and tells why', async () => {
    const stage = await insertPasswordStage(database, { backends: ['nonsense'] });
    await send(service.url, pathTo(stage), { headers: ADMIN });
    const [line] = await lines(1);
    expect(line).toMatchObject({ level: 50, status: 500, err: { type: expect.any(String) } });
  });

  test('tells of a client that left before its response', async () => {
    const lock = await lockTable(database, 'authentik_flows_stage');
    const { hostname, port } = new URL(service.url);
    const socket = connect(Number(port), hostname);
    socket.write(
      `GET ${STAGE} HTTP/1.1\r\nHost: a\r\nAuthorization: ${ADMIN.Authorization}\r\n\r\n`,
    );
    await lock.isFelt();
    // A mere end of its side would say that it still waits.
    socket.resetAndDestroy();
    const written = await lines(1);
    await lock.release();
    expect(written).toEqual([expect.objectContaining({ aborted: true, route: ROUTE })]);
  });

  test('holds no token, query, path or header of a request, whatever its outcome', async () => {
    const secret = `secret-${randomUUID()}`;
    const requests = [
      send(service.url, `/${secret}`),
      send(service.url, `/%${secret}`),
      send(service.url, `${STAGE}?${secret}=${secret}`, { headers: ADMIN }),
      send(service.url, pathTo(secret), { headers: ADMIN }),
      send(service.url, STAGE, { headers: { Authorization: `Bearer ${secret}` } }),
      send(service.url, STAGE, { headers: { Authorization: secret } }),
      send(service.url, STAGE, { headers: { ...ADMIN, Accept: secret, Cookie: secret } }),
      send(service.url, STAGE, { headers: { ...ADMIN, 'If-None-Match': secret } }),
      send(service.url, STAGE, { method: 'POST', headers: { 'Content-Type': secret } }),
    ];
    await Promise.all(requests);
    const written = JSON.stringify(await lines(requests.length));
    expect(written).not.toContain(secret);
    expect(written).not.toContain(DEMO_TOKENS.administrator);
  });
});
