import type { ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { AccessFacts } from '../../src/domain/access.js';
import { OperationError } from '../../src/domain/errors.js';
import { type AppOptions, createApp } from '../../src/http/app.js';
import { InFlight } from '../../src/http/in-flight.js';
import { startServer } from '../../src/http/server.js';
import { createLogger } from '../../src/log.js';
import type { OperationTable } from '../../src/operations/operations.js';
import { checkResponse, contract, exampleBody, pathTo } from '../support/contract.js';
import { until } from '../support/live/until.js';
import { PROPERTY } from '../support/property.js';
import type { LogLine } from '../support/service.js';
import { exchange, parseResponse, send, type WireRequest } from '../support/wire.js';

const OPERATION = 'stages_password_retrieve';
const STAGE = exampleBody(OPERATION, 200, 'default-stage') as Record<string, unknown>;
const PATH = pathTo(String(STAGE.pk));
const FACTS: AccessFacts = {
  userId: 1,
  isActive: true,
  isInternalServiceAccount: false,
  seesAll: true,
  grantedStages: new Set(),
};

let server: Awaited<ReturnType<typeof startServer>> | undefined;
afterEach(() => server?.close());

interface Stubs extends Partial<AppOptions> {
  /** The handler of stages_password_retrieve. */
  readonly retrieve?: () => Promise<unknown>;
  /** Looks up a caller; by default everybody may see all stages. */
  readonly find?: (token: string) => Promise<AccessFacts | undefined>;
}

/** The application without a database. */
async function open({ retrieve, find, inFlight = new InFlight(), ...options }: Stubs = {}) {
  const log: LogLine[] = [];
  const logger = await createLogger('info', { write: (line) => void log.push(JSON.parse(line)) });
  const handler = retrieve ?? (async () => ({ status: 200, body: { ...STAGE } }));
  const app = await createApp({
    contract,
    // A handler that breaks the contract does not compile; here it must not get through either.
    operations: { stages_password_retrieve: handler } as unknown as OperationTable,
    access: { find: find ?? (async () => FACTS), waiting: 0 },
    checkReadiness: async () => {},
    requestTimeoutMs: 10_000,
    maxActiveRequests: 100,
    ...{ referencePage: false, isDemo: false },
    ...{ logger, inFlight },
    ...options,
  });
  server = await startServer(app, {
    ...{ host: '127.0.0.1', port: 0, shutdownDelayMs: 0, shutdownTimeoutMs: 50 },
    ...{ inFlight, logger },
  });
  const { url } = server;
  const request = ({ headers, ...others }: WireRequest = {}) =>
    send(url, PATH, { ...others, headers: { Authorization: 'Bearer token', ...headers } });
  return { url, request, log, inFlight };
}

/** A handler whose requests go on until they are told to end. */
function pending() {
  const waiting: (() => void)[] = [];
  return {
    waiting,
    retrieve: () =>
      new Promise((resolve) => {
        waiting.push(() => resolve({ status: 200, body: { ...STAGE } }));
      }),
    arrived: (count: number) => until(`${count} requests`, () => waiting.length >= count),
  };
}

describe('a response that breaks the contract is never sent', () => {
  const { name: _left, ...withoutName } = STAGE;

  test.each<[string, unknown]>([
    ['lacks a field', { status: 200, body: withoutName }],
    ['has a value outside an enum', { status: 200, body: { ...STAGE, backends: ['secret'] } }],
    [
      'has a number that is too large',
      { status: 200, body: { ...STAGE, failed_attempts_before_cancel: 2 ** 31 } },
    ],
    ['is no object', { status: 200, body: 'secret' }],
    ['has a body for another status', { status: 404, body: STAGE }],
    ['has a status that is not documented', { status: 201, body: STAGE }],
    ['is none', undefined],
  ])('%s', async (_what, result) => {
    const { request } = await open({ retrieve: async () => result });
    const response = await request();
    expect(response.status).toBe(500);
    expect(checkResponse(OPERATION, response)).toEqual([]);
    expect(JSON.parse(response.text)).toEqual(exampleBody(OPERATION, 500, 'internal-error'));
  });

  test('and the log names the field', async () => {
    const { request, log } = await open({
      retrieve: async () => ({ status: 200, body: withoutName }),
    });
    const { headers } = await request();
    const errors = [expect.objectContaining({ path: expect.stringContaining('name') })];
    const err = expect.objectContaining({ cause: expect.objectContaining({ errors }) });
    const id = headers.get('x-request-id');
    expect(log).toContainEqual(expect.objectContaining({ id, err }));
  });
});

describe('a handler that fails', () => {
  test('is 500; its reason is in the log only', async () => {
    const { request, log } = await open({
      retrieve: () => Promise.reject(new Error('the reason', { cause: new Error('its cause') })),
    });
    const response = await request();
    expect(response.status).toBe(500);
    expect(JSON.parse(response.text)).toEqual(exampleBody(OPERATION, 500, 'internal-error'));
    const cause = { message: 'the reason', cause: { message: 'its cause' } };
    expect(log).toMatchObject([{ status: 500, err: { message: 'the reason', cause } }]);
  });

  test.each([
    undefined,
    null,
    'text',
    { status: 403 },
  ])('with %j instead of an error is 500', async (thrown) => {
    const { request } = await open({ retrieve: () => Promise.reject(thrown) });
    expect((await request()).status).toBe(500);
  });

  test('is 503 when it takes too long, and may still end', async () => {
    const { retrieve, waiting } = pending();
    const { request, log } = await open({ requestTimeoutMs: 50, retrieve });
    const response = await request();
    expect(response.status).toBe(503);
    expect(checkResponse(OPERATION, response)).toEqual([]);
    for (const end of waiting) end();
    expect((await request()).status).toBe(503);
    expect(log.map(({ status }) => status)).toEqual([503, 503]);
  });
});

describe('a caller', () => {
  test.each<[string, () => Promise<unknown>]>([
    ['returns', async () => ({ status: 200, body: { ...STAGE } })],
    ['objects to', () => Promise.reject(new OperationError('invalid', 'secret'))],
  ])('who is refused does not learn what a handler %s', async (_what, retrieve) => {
    const { request } = await open({ find: async () => undefined, retrieve });
    const response = await request();
    expect(response.status).toBe(403);
    expect(JSON.parse(response.text)).toEqual(exampleBody(OPERATION, 403, 'bad-token'));
  });

  test('is looked up once for each request, and not for one that is refused before', async () => {
    const found: string[] = [];
    const find = async (token: string) => {
      found.push(token);
      return FACTS;
    };
    const { url, request } = await open({ find });
    const authorized = { Authorization: 'Bearer token' };
    const refusals = [
      await send(url, PATH),
      await send(url, '/api/v3/nowhere/', { headers: authorized }),
      await send(url, `${PATH}/`, { headers: authorized }),
      await request({ headers: { Accept: 'text/html' } }),
      await request({ method: 'POST' }),
      await request({ method: 'OPTIONS' }),
    ];
    expect(refusals.map(({ status }) => status)).toEqual([403, 404, 404, 406, 405, 204]);
    expect(found).toEqual([]);
    await request();
    await send(url, `${PATH}?unknown=1`, { headers: authorized });
    expect(found).toEqual(['token', 'token']);
  });
});

describe('too much at once', () => {
  test('excess requests are 503 after a short delay; those let in finish, and make room', async () => {
    const { retrieve, waiting, arrived } = pending();
    const { request } = await open({ retrieve, maxActiveRequests: 2 });
    const running = [request(), request()];
    await arrived(2);
    const startedAt = performance.now();
    const excess = await request();
    expect(performance.now() - startedAt).toBeGreaterThan(200);
    expect(excess.status).toBe(503);
    expect(excess.headers.get('retry-after')).toBe('1');
    expect(checkResponse(OPERATION, excess)).toEqual([]);
    expect(JSON.parse(excess.text)).toEqual(exampleBody(OPERATION, 503, 'unavailable'));
    for (const end of waiting) end();
    for (const response of await Promise.all(running)) expect(response.status).toBe(200);
    const next = request();
    await arrived(3);
    waiting[2]?.();
    expect((await next).status).toBe(200);
  });

  test('/livez and /readyz respond at once', async () => {
    const { retrieve, arrived } = pending();
    const { url, request } = await open({ retrieve, maxActiveRequests: 1 });
    const running = request().catch(() => {});
    await arrived(1);
    expect((await send(url, '/livez')).status).toBe(200);
    expect((await send(url, '/readyz')).status).toBe(200);
    await server?.close();
    await running;
  });

  test('a client that leaves makes room, for its requests that wait behind another too', async () => {
    const { retrieve, waiting, arrived } = pending();
    const { url, request, inFlight } = await open({ retrieve, maxActiveRequests: 3 });
    const { hostname, port } = new URL(url);
    const leaving = connect(Number(port), hostname);
    leaving.write(`GET ${PATH} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer t\r\n\r\n`.repeat(3));
    await arrived(3);
    leaving.destroy();
    await until('there is room', () => inFlight.size === 0);
    const next = request();
    await arrived(4);
    waiting[3]?.();
    expect((await next).status).toBe(200);
  });

  test('excess requests behind one another get a response each, with an id of its own', async () => {
    const { retrieve, arrived } = pending();
    const { url, request, log } = await open({ retrieve, maxActiveRequests: 1 });
    const running = request().catch(() => {});
    await arrived(1);
    const one = `GET ${PATH} HTTP/1.1\r\nHost: a\r\n`;
    const bytes = await exchange(
      url,
      [...Array(49).fill(one), `${one}Connection: close\r\n`].join('\r\n').concat('\r\n'),
    );
    const responses = bytes.split(/(?=HTTP\/1\.1 )/).map(parseResponse);
    expect(responses.map(({ status }) => status)).toEqual(Array(50).fill(503));
    expect(responses.flatMap((response) => checkResponse(OPERATION, response))).toEqual([]);
    const ids = new Set(responses.map(({ headers }) => headers.get('x-request-id')));
    expect(ids.size).toBe(50);
    expect(log.filter(({ id }) => ids.has(String(id)))).toHaveLength(50);
    await server?.close();
    await running;
  });

  test('thousands of requests behind one another do not pile up', async () => {
    const { retrieve } = pending();
    const { url, inFlight } = await open({
      retrieve,
      maxActiveRequests: 1,
      requestTimeoutMs: 1000,
    });
    let most = 0;
    const watch = setInterval(() => {
      most = Math.max(most, inFlight.size);
    }, 1);
    const first = `GET ${PATH} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer t\r\n\r\n`;
    const others = 'GET /x HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(30_000);
    const last = 'GET /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';
    // Each gets its 503, or the connection is cut off.
    const ended = await exchange(url, first + others + last).catch(({ code }) => code);
    clearInterval(watch);
    if (!ended.includes('HTTP')) expect(['', 'ECONNRESET', 'EPIPE']).toContain(ended);
    else expect(ended.match(/^HTTP\/1\.1 (?!503)/gm)).toBeNull();
    expect(most).toBeLessThanOrEqual(10_002);
    expect((await send(url, '/livez')).status).toBe(200);
  });
});

describe('Content-Type of a request', () => {
  test('never reaches the validator, which would keep a copy of itself for each', async () => {
    const seen = new Set<string | undefined>();
    class Watched extends InFlight {
      override add(response: ServerResponse): void {
        super.add(response);
        response.on('close', () => seen.add(response.req.headers['content-type']));
      }
    }
    const { request } = await open({ inFlight: new Watched() });
    const contentTypes = fc.oneof(
      fc.stringMatching(/^[a-z]{1,9}\/[a-z.+-]{1,9}(; ?[a-z]{1,9}=[a-z0-9]{1,9})?$/),
      fc.string({ unit: 'grapheme-ascii' }),
    );
    await fc.assert(
      fc.asyncProperty(contentTypes, async (contentType) => {
        const response = await request({ headers: { 'Content-Type': contentType } });
        expect(response.status).toBe(200);
      }),
      PROPERTY,
    );
    expect([...seen]).toEqual([undefined]);
  });
});
