import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startTraffic } from '../support/live/traffic.js';
import { until } from '../support/live/until.js';
import { startDemoService, type TestService } from '../support/service.js';

const CLIENTS = 60;
// The server's deadline for headers; Node looks for slow clients every half second.
const HEADERS_TIMEOUT_MS = 10_000;
const CHECK_MS = 500;
const REQUEST = 'GET /livez HTTP/1.1\r\nHost: localhost\r\nX: ';

let service: TestService;
beforeAll(async () => {
  service = await startDemoService();
});
afterAll(() => service.close());

/** Sends one byte after the other, and never comes to an end. */
function trickle(url: string): Socket {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  let sent = 0;
  const timer = setInterval(() => {
    socket.write(REQUEST[sent] ?? 'x');
    sent += 1;
  }, 50);
  socket.on('error', () => {});
  socket.on('close', () => clearInterval(timer));
  socket.resume();
  return socket;
}

describe('clients that send a byte at a time', () => {
  test('hold their connections for a bounded time, and disturb nobody else', async () => {
    const others = startTraffic(service.url, { clients: 2 });
    const startedAt = performance.now();
    const slow = Array.from({ length: CLIENTS }, () => trickle(service.url));
    await until('all are hung up on', () => slow.every((socket) => socket.closed), 30_000);
    expect(performance.now() - startedAt).toBeGreaterThan(HEADERS_TIMEOUT_MS - CHECK_MS);
    expect(performance.now() - startedAt).toBeLessThan(2 * (HEADERS_TIMEOUT_MS + CHECK_MS));
    await others.stop();
    expect(others.exchanges.filter(({ status }) => status !== 200)).toEqual([]);
  });
});
