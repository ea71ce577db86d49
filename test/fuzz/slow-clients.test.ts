import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startTraffic } from '../support/live/traffic.js';
import { until } from '../support/live/until.js';
import { startDemoService, type TestService } from '../support/service.js';

const MAX_CONNECTIONS = 20;
const HEADERS_TIMEOUT_MS = 1000;
// Node looks for slow clients every half second.
const CHECK_MS = 500;
const REQUEST = 'GET /livez HTTP/1.1\r\nHost: localhost\r\nX: ';

let service: TestService;
beforeAll(async () => {
  service = await startDemoService({
    environment: {
      MAX_CONNECTIONS: String(MAX_CONNECTIONS),
      HEADERS_TIMEOUT_MS: String(HEADERS_TIMEOUT_MS),
    },
  });
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
  }, 20);
  socket.on('error', () => {});
  socket.on('close', () => clearInterval(timer));
  socket.resume();
  return socket;
}

describe('clients that send a byte at a time', () => {
  test('hold a bounded number of connections for a bounded time, and disturb nobody who is connected', async () => {
    const others = startTraffic(service.url, { clients: 2 });
    await until('the others are connected', () => others.exchanges.length >= 2);
    const startedAt = performance.now();
    const slow = Array.from({ length: 3 * MAX_CONNECTIONS }, () => trickle(service.url));
    const open = () => slow.filter((socket) => !socket.closed).length;
    await until('the surplus is hung up on', () => open() <= MAX_CONNECTIONS - 2);
    expect(open()).toBeGreaterThan(0);
    await until('all are hung up on', () => open() === 0);
    expect(performance.now() - startedAt).toBeLessThan(2 * (HEADERS_TIMEOUT_MS + CHECK_MS));
    await others.stop();
    expect(others.exchanges.filter(({ status }) => status !== 200)).toEqual([]);
  });
});
