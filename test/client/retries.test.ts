import { afterEach, describe, expect, test } from '@jest/globals';
import { retryDelayMs } from '../../src/client/call.js';
import { type ClientOptions, createClient } from '../../src/client.js';
import { startHttpServer, type TestServer } from '../support/http-server.js';

const UNAVAILABLE = { detail: 'Later.', code: 'service_unavailable' };

describe('client, before a service that returns 503', () => {
  let server: TestServer;
  let arrivals: number[];
  afterEach(() => server.close());

  /** Returns 503 so many times, then 404. */
  async function start(failures: number, retryAfter = '1', status = 503): Promise<void> {
    arrivals = [];
    server = await startHttpServer((_request, response) => {
      arrivals.push(performance.now());
      const isUp = arrivals.length > failures;
      response.writeHead(isUp ? 404 : status, {
        'Content-Type': 'application/json',
        'Retry-After': retryAfter,
      });
      response.end(
        JSON.stringify(isUp ? { detail: 'Not found.', code: 'not_found' } : UNAVAILABLE),
      );
    });
  }

  function retrieve(options: Partial<ClientOptions> = {}, signal?: AbortSignal) {
    const client = createClient({ baseUrl: server.url, ...options });
    return client.GET('/stages/password/{stage_uuid}/', {
      params: { path: { stage_uuid: 'any' } },
      ...(signal && { signal }),
    });
  }

  test('repeats the call after the time that the response names', async () => {
    await start(1);
    expect((await retrieve()).error?.code).toBe('not_found');
    const [first = 0, second = 0] = arrivals;
    // A timer of Node may fire up to a millisecond early.
    expect(second - first).toBeGreaterThan(998);
  });

  test('returns the last 503 when the retries are used up', async () => {
    await start(9, '0');
    const { error, response } = await retrieve();
    expect(response.status).toBe(503);
    expect(error).toEqual(UNAVAILABLE);
    expect(arrivals).toHaveLength(3);
  });

  test('retries: 0 switches retries off', async () => {
    await start(1, '0');
    expect((await retrieve({ retries: 0 })).response.status).toBe(503);
    expect(arrivals).toHaveLength(1);
  });

  test.each([408, 429, 500, 502])('%d is not repeated', async (status) => {
    await start(1, '0', status);
    expect((await retrieve()).response.status).toBe(status);
    expect(arrivals).toHaveLength(1);
  });

  test('a wait beyond the deadline is not begun', async () => {
    await start(1, '60');
    expect((await retrieve({ timeoutMs: 5000 })).response.status).toBe(503);
    expect(arrivals).toHaveLength(1);
  });

  test('a call can be aborted while it waits', async () => {
    await start(1, '5');
    const caller = new AbortController();
    const reason = new Error('The user left.');
    const call = retrieve({}, caller.signal);
    const rejection = expect(call).rejects.toBe(reason);
    setTimeout(() => caller.abort(reason), 100);
    await rejection;
    expect(arrivals).toHaveLength(1);
  });

  test.each([-1, 0.5, Number.NaN])('%d retries are refused', async (retries) => {
    await start(0);
    expect(() => createClient({ baseUrl: server.url, retries })).toThrow(RangeError);
  });
});

describe('Retry-After', () => {
  const now = Date.parse('Mon, 23 Nov 2026 12:00:00 GMT');
  test.each([
    ['7', 7000],
    ['Mon, 23 Nov 2026 12:00:30 GMT', 30_000],
    ['Mon, 23 Nov 2026 11:00:00 GMT', 0],
    ['soon', 1000],
    [null, 1000],
  ])('%j is a wait of %d ms', (header, delayMs) => {
    expect(retryDelayMs(header, now)).toBe(delayMs);
  });
});
