import { connect } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { type RunningServer, startServer } from '../../src/http/server.js';
import { createLogger } from '../../src/logger.js';
import { checkResponse } from '../support/contract.js';
import { until } from '../support/live/until.js';
import { exchange, parseAnswer } from '../support/wire.js';

const OPERATION = 'stages_password_retrieve';
const REQUEST = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
const LAST = 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';

let server: RunningServer;
afterEach(() => server.close());

/** A server whose application never answers. */
async function open(maxConnections: number, maxActiveRequests = 0): Promise<number[]> {
  const refusals: number[] = [];
  server = await startServer(() => {}, {
    host: '127.0.0.1',
    port: 0,
    logger: createLogger('silent'),
    allowedMethods: ['GET'],
    maxActiveRequests,
    maxConnections,
    headersTimeoutMs: 10_000,
    keepAliveTimeoutMs: 60_000,
    shutdownTimeoutMs: 100,
    onRefusal: (status) => refusals.push(status),
  });
  return refusals;
}

describe('the surplus', () => {
  test('is answered in full, each with the documented 503 and an id of its own', async () => {
    const refusals = await open(100);
    const bytes = await exchange(server.url, REQUEST.repeat(49) + LAST);
    const answers = bytes.split(/(?=HTTP\/1\.1 )/).map(parseAnswer);
    expect(answers).toHaveLength(50);
    expect(answers.flatMap((answer) => checkResponse(OPERATION, answer))).toEqual([]);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([503]));
    expect(new Set(answers.map(({ headers }) => headers.get('x-request-id'))).size).toBe(50);
    expect(refusals).toEqual(answers.map(() => 503));
  });

  test('does not grow without bound: who sends on and on without an answer is cut off', async () => {
    const refusals = await open(20);
    const ended = await exchange(server.url, REQUEST.repeat(100)).catch(({ code }) => code);
    expect(['', 'ECONNRESET']).toContain(ended);
    expect(refusals.length).toBeLessThanOrEqual(20);
  });

  test('gets the room of a client that leaves, also of its requests that waited behind another', async () => {
    await open(100, 3);
    const { hostname, port } = new URL(server.url);
    const leaving = connect(Number(port), hostname);
    leaving.write(REQUEST.repeat(3));
    await until('there is no room', () => server.load.activeRequests === 3);
    leaving.destroy();
    await until('there is room', () => server.load.activeRequests === 0);
    expect(server.load).toEqual({ activeRequests: 0, connections: 0 });
  });
});
