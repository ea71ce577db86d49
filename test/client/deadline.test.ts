import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, test } from '@jest/globals';
import { createClient } from '../../src/client.js';
import { startHttpServer, type TestServer } from '../support/http-server.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

describe('client, before a service that does not respond', () => {
  let server: TestServer;
  afterEach(() => server.close());

  const startSilent = async () => {
    server = await startHttpServer(() => {});
  };
  const startHalf = async () => {
    server = await startHttpServer((_request, response) => {
      response.writeHead(200, { 'Content-Type': 'application/json' });
      response.write('{"pk":');
    });
  };

  function retrieve(timeoutMs: number, signal?: AbortSignal) {
    const client = createClient({ baseUrl: server.url, timeoutMs });
    return client.GET('/stages/password/{stage_uuid}/', {
      params: { path: { stage_uuid: 'any' } },
      ...(signal && { signal }),
    });
  }

  test.each([
    ['no response', startSilent],
    ['a response that stops halfway', startHalf],
  ])('%s rejects with a TimeoutError when the time is up', async (_, start) => {
    await start();
    await expect(retrieve(100)).rejects.toMatchObject({
      name: 'TimeoutError',
      message: 'No response within 100 ms.',
    });
  });

  test.each([
    ['no response', startSilent],
    ['a response that stops halfway', startHalf],
  ])("the caller's signal ends the wait for %s", async (_, start) => {
    await start();
    const caller = new AbortController();
    setTimeout(() => caller.abort(), 50);
    await expect(retrieve(60_000, caller.signal)).rejects.toMatchObject({ name: 'AbortError' });
  });

  test('a signal that was aborted before sends nothing', async () => {
    await startSilent();
    const reason = new Error('Too late.');
    await expect(retrieve(60_000, AbortSignal.abort(reason))).rejects.toBe(reason);
  });

  test.each([
    ['the deadline', () => retrieve(400)],
    [
      "the caller's signal",
      () => {
        const caller = new AbortController();
        setTimeout(() => caller.abort(), 400);
        return retrieve(60_000, caller.signal);
      },
    ],
  ])('%s survives the garbage collector', async (_, call) => {
    await startSilent();
    const collecting = setInterval(collectGarbage, 20);
    try {
      await expect(call()).rejects.toBeDefined();
    } finally {
      clearInterval(collecting);
    }
  });

  test('nothing is left running after a response', async () => {
    await startSilent();
    // Not the real one, which has timers of its own.
    const respond = async () => new Response('{}');
    const client = createClient({ baseUrl: server.url, timeoutMs: 60_000, fetch: respond });
    const before = timers();
    await client.GET('/stages/password/{stage_uuid}/', { params: { path: { stage_uuid: 'any' } } });
    expect(timers()).toBe(before);
  });

  test.each([0, -1, 2 ** 31, Number.POSITIVE_INFINITY])('%d ms are refused', async (timeoutMs) => {
    await startSilent();
    expect(() => retrieve(timeoutMs)).toThrow(RangeError);
  });
});

const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
