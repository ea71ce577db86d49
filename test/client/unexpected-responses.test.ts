import { afterEach, describe, expect, test } from '@jest/globals';
import { createClient } from '../../src/client.js';
import { startHttpServer, type TestServer } from '../support/http-server.js';

const JSON_TYPE = 'application/json';
const HTML_TYPE = 'text/html; charset=utf-8';

describe('client, before something that is not the service', () => {
  let server: TestServer;
  afterEach(() => server.close());

  async function start(status: number, contentType: string, body: string) {
    server = await startHttpServer((_request, response) => {
      response.writeHead(status, {
        'Content-Type': contentType,
        'Content-Length': Buffer.byteLength(body),
      });
      response.end(body);
    });
    return createClient({ baseUrl: server.url, retries: 0 });
  }

  test.each([
    ['a page', 200, HTML_TYPE, '<h1>Welcome</h1>', `${HTML_TYPE}, not a JSON object`],
    ['a page of a proxy', 404, HTML_TYPE, '<h1>404</h1>', `${HTML_TYPE}, not a JSON object`],
    [
      'a proxy without its backend',
      502,
      HTML_TYPE,
      '<h1>Oh</h1>',
      `${HTML_TYPE}, not a JSON object`,
    ],
    ['an empty body', 200, 'text/plain', '', 'text/plain, not a JSON object'],
    ['an empty error', 502, 'text/plain', '', 'text/plain, not a JSON object'],
    ['null', 200, JSON_TYPE, 'null', `${JSON_TYPE}, not a JSON object`],
    ['half a body', 200, JSON_TYPE, '{"pk":', `${JSON_TYPE}, not a JSON object`],
    ['another API', 200, JSON_TYPE, '{"pk":1}', 'JSON that is not of the contract'],
    ['a list of another API', 200, JSON_TYPE, '[]', 'JSON that is not of the contract'],
    ["another API's code", 404, JSON_TYPE, '{"code":404}', 'JSON that is not of the contract'],
    ["another API's words", 404, JSON_TYPE, '{"code":"gone"}', 'JSON that is not of the contract'],
    [
      'authentik, which sends no codes',
      404,
      JSON_TYPE,
      '{"detail":"Not found."}',
      'an error without a code of the contract, as authentik itself sends: "Not found."',
    ],
  ])('%s, %d, says what came and what to check', async (_, status, contentType, body, came) => {
    const client = await start(status, contentType, body);
    const path = '/stages/password/{stage_uuid}/';
    const { data, error, response } = await client.GET(path, {
      params: { path: { stage_uuid: 'any' } },
    });
    expect(data).toBeUndefined();
    expect(response.status).toBe(status);
    expect(error).toEqual({
      code: 'unexpected_response',
      detail: `${server.url}/api/v3${path} returned ${status} with ${came}. Check that baseUrl leads to authentik-stages-password, and that no proxy on the way responds in its place.`,
    });
  });

  test('a stage is no list', async () => {
    const client = await start(200, JSON_TYPE, '{"pk":"","flow_set":[]}');
    const { error } = await client.GET('/stages/password/');
    expect(error?.code).toBe('unexpected_response');
  });

  test('a long text is cut', async () => {
    const client = await start(403, JSON_TYPE, JSON.stringify({ detail: 'x'.repeat(10_000) }));
    const { error } = await client.GET('/stages/password/');
    expect(JSON.stringify(error).length).toBeLessThan(600);
  });
});
