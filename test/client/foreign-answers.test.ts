import { afterEach, describe, expect, test } from '@jest/globals';
import { createClient } from '../../src/client.js';
import { startHttpServer, type TestServer } from '../support/http-server.js';

describe('client, before something that is not the service', () => {
  let server: TestServer;
  afterEach(() => server.close());

  async function retrieve(status: number, contentType: string, body: string) {
    server = await startHttpServer((_request, response) => {
      response.writeHead(status, {
        'Content-Type': contentType,
        'Content-Length': Buffer.byteLength(body),
      });
      response.end(body);
    });
    const client = createClient({ baseUrl: server.url, retries: 0 });
    return client.GET('/stages/password/{stage_uuid}/', {
      params: { path: { stage_uuid: 'any' } },
    });
  }

  test.each([
    ['an HTML page', 502, 'text/html', '<h1>Bad Gateway</h1>'],
    ['an empty answer', 502, 'text/plain', ''],
    ['an answer that is null', 500, 'application/json', 'null'],
    ['a status that the contract does not have', 429, 'text/plain', 'Slow down.'],
  ])('%s becomes an error with a code of its own', async (_, status, contentType, body) => {
    const { error, response } = await retrieve(status, contentType, body);
    expect(response.status).toBe(status);
    expect(error).toEqual({
      code: 'unexpected_answer',
      detail: `The status ${status} came without a reason.`,
    });
  });

  test("authentik's errors, which have no code, keep their text", async () => {
    const { error } = await retrieve(403, 'application/json', '{"detail":"Token invalid/expired"}');
    expect(error).toEqual({ code: 'unexpected_answer', detail: 'Token invalid/expired' });
  });
});
