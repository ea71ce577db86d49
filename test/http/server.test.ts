import { once } from 'node:events';
import { Agent, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import express from 'express';
import { InFlight } from '../../src/http/in-flight.js';
import { type ServerOptions, startServer } from '../../src/http/server.js';
import { createLogger } from '../../src/log.js';
import { checkResponse, exampleBody } from '../support/contract.js';
import { until } from '../support/live/until.js';
import { type LogLine, startDemoService, type TestService } from '../support/service.js';
import { exchange, parseResponse, send } from '../support/wire.js';

const OPERATION = 'stages_password_retrieve';

const opened: Awaited<ReturnType<typeof startServer>>[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((server) => server.close()));
});

/** A server whose application responds when the test ends its responses; to /quick at once. */
async function open(options: Partial<ServerOptions> = {}) {
  const log: LogLine[] = [];
  const responses: ServerResponse[] = [];
  const refusals: number[] = [];
  const app = express().use((request, response) => {
    if (request.path === '/quick') response.end('quick');
    else responses.push(response);
  });
  const server = await startServer(app, {
    host: '127.0.0.1',
    port: 0,
    logger: await createLogger('info', { write: (line) => void log.push(JSON.parse(line)) }),
    inFlight: new InFlight(),
    shutdownDelayMs: 0,
    shutdownTimeoutMs: 1000,
    metrics: { countRefusal: (status) => void refusals.push(status) },
    ...options,
  });
  opened.push(server);
  const arrived = (count: number) => until(`${count} requests`, () => responses.length >= count);
  return { ...server, log, responses, refusals, arrived };
}

describe('what never becomes a request', () => {
  const GET = 'GET / HTTP/1.1\r\nHost: a\r\n';

  test.each([
    ['a URL that is too long', `GET /${'a'.repeat(17_000)} HTTP/1.1\r\nHost: a\r\n\r\n`],
    ['a URL that is far too long', `GET /${'a'.repeat(2_000_000)} HTTP/1.1\r\nHost: a\r\n\r\n`],
    ['a header that is too long', `${GET}Authorization: Bearer ${'a'.repeat(17_000)}\r\n\r\n`],
    ['too many headers', `${GET}${`a: ${'b'.repeat(90)}\r\n`.repeat(200)}\r\n`],
  ])('%s is 431', async (_what, bytes) => {
    const { url } = await open();
    const response = parseResponse(await exchange(url, bytes));
    expect(response.status).toBe(431);
    expect(checkResponse(OPERATION, response)).toEqual([]);
    expect(JSON.parse(response.text)).toEqual(exampleBody(OPERATION, 431, 'long-url'));
  });

  test.each([
    ['a header without a colon', `${GET}nonsense\r\n\r\n`],
    ['a NUL in a header', `${GET}X: a\u0000b\r\n\r\n`],
    ['a folded header', `${GET}X: a\r\n b\r\n\r\n`],
    ['two lengths', `${GET}Content-Length: 1\r\nContent-Length: 2\r\n\r\nx`],
    [
      'a length and chunks',
      `${GET}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    ],
    ['a length that is none', `${GET}Content-Length: -1\r\n\r\n`],
    ['an unknown version', 'GET / HTTP/9.9\r\nHost: a\r\n\r\n'],
    ['a blank in the path', 'GET /a b HTTP/1.1\r\nHost: a\r\n\r\n'],
  ])('%s: 400', async (_what, bytes) => {
    const { url } = await open();
    const response = parseResponse(await exchange(url, bytes));
    expect(response.status).toBe(400);
    expect(checkResponse(OPERATION, response)).toEqual([]);
  });

  test('closes the connection, and is logged with the id of its response', async () => {
    const { url, log, refusals } = await open();
    const response = parseResponse(await exchange(url, `${GET}nonsense\r\n\r\n`));
    expect(response.headers.get('connection')).toBe('close');
    expect(log).toEqual([
      expect.objectContaining({ id: response.headers.get('x-request-id'), status: 400 }),
    ]);
    expect(refusals).toEqual([400]);
  });

  test('never lands in the middle of a response that has begun', async () => {
    const { url, responses, arrived } = await open();
    const bytes = exchange(url, `${GET}\r\nnonsense\r\n\r\n`);
    await arrived(1);
    responses[0]?.writeHead(200, { 'Content-Length': 4 });
    responses[0]?.write('ab');
    responses[0]?.end('cd');
    expect((await bytes).match(/HTTP\/1\.1 \d+/g)).not.toContainEqual('HTTP/1.1 200HTTP/1.1 400');
    expect(await bytes).not.toMatch(/abHTTP/);
  });

  test.each([
    ['CONNECT', 'CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['nonsense', 'nonsense\r\n\r\n'],
  ])('%s behind a request that waits is 400, and no method', async (_what, bytes) => {
    const { url, responses, arrived } = await open();
    const received = exchange(url, `${GET}\r\n${bytes}`);
    await arrived(1);
    responses[0]?.end('ab');
    expect((await received).match(/HTTP\/1\.1 \d{3}/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 400']);
  });

  test.each([
    ['CONNECT', 'CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['nonsense', 'nonsense\r\n\r\n'],
  ])('a client that resets the connection after %s does no harm', async (_what, bytes) => {
    const { url, responses, arrived } = await open();
    const { hostname, port } = new URL(url);
    const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
    socket.write(bytes);
    await once(socket, 'data');
    socket.resetAndDestroy();
    const response = send(url, '/');
    await arrived(1);
    responses[0]?.end();
    expect((await response).status).toBe(200);
  });

  test.each([
    ['CONNECT', 'CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['nonsense', 'nonsense\r\n\r\n'],
  ])('a client that keeps its side open after %s loses the connection', async (_what, bytes) => {
    const { url } = await open();
    const { hostname, port } = new URL(url);
    const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
    const gone = new Promise<void>((resolve) => socket.on('close', () => resolve()));
    socket.on('error', () => {}).resume();
    socket.write(bytes);
    await once(socket, 'end');
    // Only a connection that is gone takes no more.
    const poke = setInterval(() => socket.write('x'), 100);
    await gone.finally(() => clearInterval(poke));
  });

  test('a client that leaves in the middle of a request does no harm', async () => {
    const { url, responses, arrived } = await open();
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    socket.write(GET);
    socket.resetAndDestroy();
    const response = send(url, '/');
    await arrived(1);
    responses[0]?.end();
    expect((await response).status).toBe(200);
  });
});

// Express gives such requests back without a response.
describe('a target that Express cannot parse', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await startDemoService();
  });
  afterAll(() => service.close());

  test.each([
    'http://[::1',
    'http://[',
    'http://[/livez',
    'HTTPS://[::1]x/livez',
  ])('%s is 400, and the next request of the connection is served', async (target) => {
    const refused = `GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`;
    const last = 'GET /livez HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';
    const received = await exchange(service.url, refused + last);
    const [refusal = '', served = ''] = received.split(/(?=HTTP\/1\.1 200 )/);
    expect(parseResponse(refusal).status).toBe(400);
    expect(checkResponse(OPERATION, parseResponse(refusal))).toEqual([]);
    expect(parseResponse(served).text).toBe('{"status":"ok"}');
  });
});

describe('an unusual request', () => {
  test.each([
    '100-continue',
    '200-ok',
    'nonsense',
  ])('with Expect: %s is served', async (expectation) => {
    const { url, responses, arrived } = await open();
    const bytes = exchange(
      url,
      `GET / HTTP/1.1\r\nHost: a\r\nExpect: ${expectation}\r\nConnection: close\r\n\r\n`,
    );
    await arrived(1);
    responses[0]?.end('served');
    expect(await bytes).toMatch(/served/);
  });

  test('of HTTP/1.0 is served', async () => {
    const { url, responses, arrived } = await open();
    const bytes = exchange(url, 'GET / HTTP/1.0\r\n\r\n');
    await arrived(1);
    responses[0]?.end('served');
    expect(await bytes).toMatch(/served/);
  });

  test('that asks for another protocol is served as if it had not', async () => {
    const { url, responses, arrived } = await open();
    const bytes = exchange(
      url,
      'GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\n\r\n',
    );
    await arrived(1);
    responses[0]?.end('served');
    expect(await bytes).toMatch(/^HTTP\/1\.1 200[\s\S]*served/);
  });

  test('behind another on its connection is served after it', async () => {
    const { url, responses, arrived } = await open();
    const one = (path: string, others = '') => `GET ${path} HTTP/1.1\r\nHost: a\r\n${others}\r\n`;
    const bytes = exchange(url, one('/1') + one('/2', 'Connection: close\r\n'));
    await arrived(2);
    responses[1]?.end('second');
    responses[0]?.end('first');
    expect(await bytes).toMatch(/first[\s\S]*second/);
  });
});

describe('close', () => {
  test('lets a running request finish while new connections are refused', async () => {
    const { url, close, responses, arrived } = await open();
    const response = send(url, '/');
    await arrived(1);
    let isClosed = false;
    const closed = close().then(() => {
      isClosed = true;
    });
    // What was on its way when the end began is served, as the last of its connection.
    const last = await send(url, '/quick');
    expect([last.text, last.headers.get('connection')]).toEqual(['quick', 'close']);
    await until('new connections are refused', () =>
      send(url, '/quick').then(
        () => false,
        ({ code }) => code === 'ECONNREFUSED',
      ),
    );
    expect(isClosed).toBe(false);
    responses[0]?.end('finished');
    expect((await response).text).toBe('finished');
    await closed;
  });

  test('does not wait for idle keep-alive connections', async () => {
    const { url, close, responses, arrived } = await open();
    const agent = new Agent({ keepAlive: true });
    const response = once(request(url, { agent }).end(), 'response') as Promise<[IncomingMessage]>;
    await arrived(1);
    responses[0]?.end();
    const [incoming] = await response;
    incoming.resume();
    await once(incoming, 'end');
    const startedAt = performance.now();
    await close();
    expect(performance.now() - startedAt).toBeLessThan(2000);
    agent.destroy();
  });

  test('does not wait for connections that have not sent a whole request', async () => {
    const { url, close } = await open();
    const { hostname, port } = new URL(url);
    const sockets = ['', 'GET / HTTP/1.1'].map((bytes) => {
      const socket = connect(Number(port), hostname, () => socket.write(bytes));
      return socket.on('error', () => {});
    });
    await Promise.all(sockets.map((socket) => once(socket, 'connect')));
    const startedAt = performance.now();
    await close();
    expect(performance.now() - startedAt).toBeLessThan(2000);
    for (const socket of sockets) socket.destroy();
  });

  test('tells the client of a running request to leave', async () => {
    const { url, close, responses, arrived } = await open();
    const agent = new Agent({ keepAlive: true });
    const received = [1, 2].map(
      () => once(request(url, { agent }).end(), 'response') as Promise<[IncomingMessage]>,
    );
    await arrived(2);
    const closed = close();
    for (const response of responses) response.end();
    for (const [incoming] of await Promise.all(received)) incoming.resume();
    await closed;
    agent.destroy();
  });

  test('cuts off what outlasts the deadline', async () => {
    const { url, close, arrived } = await open({ shutdownTimeoutMs: 50 });
    const response = expect(send(url, '/')).rejects.toMatchObject({ code: 'ECONNRESET' });
    await arrived(1);
    await close();
    await response;
  });
});

describe('startServer', () => {
  test('tells the URL that it listens on', async () => {
    expect((await open()).url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect((await open({ host: '::1' })).url).toMatch(/^http:\/\/\[::1\]:\d+$/);
  });

  test('rejects when the port is taken', async () => {
    const { url } = await open();
    await expect(open({ port: Number(new URL(url).port) })).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
  });
});
