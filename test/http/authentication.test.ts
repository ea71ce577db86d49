import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { DEMO } from '../../src/demo/demo.js';
import { checkResponse, pathTo } from '../support/contract.js';
import { DEMO_TOKENS, startDemoService, type TestService } from '../support/service.js';
import { exchange, parseResponse, send } from '../support/wire.js';

const OPERATION = 'stages_password_retrieve';
const STAGE = pathTo(DEMO.stageUuid);
const TOKEN = DEMO_TOKENS.administrator;

let service: TestService;
beforeAll(async () => {
  service = await startDemoService();
});
afterAll(() => service.close());

/** Sends the headers byte for byte. */
async function askRaw(...fields: string[]) {
  const lines = [`GET ${STAGE} HTTP/1.1`, 'Host: a', 'Connection: close', ...fields, '', ''];
  return parseResponse(await exchange(service.url, lines.join('\r\n')));
}

describe('the Authorization header', () => {
  test.each([
    `Bearer ${TOKEN}`,
    `bearer ${TOKEN}`,
    `BEARER ${TOKEN}`,
    `\t Bearer ${TOKEN} \t`,
  ])('%j is served', async (value) => {
    expect((await askRaw(`Authorization: ${value}`)).status).toBe(200);
  });

  test.each([
    ['', 'not_authenticated'],
    ['Bearer', 'not_authenticated'],
    ['Bearer ', 'not_authenticated'],
    [`Bearer\t${TOKEN}`, 'not_authenticated'],
    [TOKEN, 'not_authenticated'],
    [`Basic ${btoa(`user:${TOKEN}`)}`, 'not_authenticated'],
    [`Token ${TOKEN}`, 'not_authenticated'],
    [`Bearerish ${TOKEN}`, 'not_authenticated'],
    [`Bearer${TOKEN}`, 'not_authenticated'],
    [`Bearer  ${TOKEN}`, 'authentication_failed'],
    [`Bearer ${TOKEN} x`, 'authentication_failed'],
    [`Bearer ${TOKEN.toUpperCase()}`, 'authentication_failed'],
    [`Bearer ${TOKEN}, Bearer ${TOKEN}`, 'authentication_failed'],
    [`Bearer "${TOKEN}"`, 'authentication_failed'],
    [`Bearer ${TOKEN}\u00a0`, 'authentication_failed'],
    ['Bearer \u00c3\u00b6', 'authentication_failed'],
    ['Bearer \u00ff', 'authentication_failed'],
    [`Bearer ${'a'.repeat(10_000)}`, 'authentication_failed'],
    ["Bearer ' OR '1'='1", 'authentication_failed'],
    ['Bearer %', 'authentication_failed'],
  ])('%j is 403', async (value, code) => {
    const response = await askRaw(`Authorization: ${value}`);
    expect(response.status).toBe(403);
    expect(checkResponse(OPERATION, response)).toEqual([]);
    expect(JSON.parse(response.text).code).toBe(code);
    expect(response.headers.get('www-authenticate')).toBeNull();
    expect(response.text).not.toContain(TOKEN);
  });

  test.each([
    ['both the same', TOKEN, TOKEN],
    ['a good one first', TOKEN, 'unknown'],
    ['a good one last', 'unknown', TOKEN],
  ])('given twice, %s, is 403', async (_what, first, second) => {
    const response = await askRaw(
      `Authorization: Bearer ${first}`,
      `AUTHORIZATION: Bearer ${second}`,
    );
    expect(response.status).toBe(403);
    expect(JSON.parse(response.text).code).toBe('authentication_failed');
  });

  test('given twice, far apart, is 403', async () => {
    const fields = Array.from({ length: 1500 }, (_, index) => `X-${index}: x`);
    const good = `Authorization: Bearer ${TOKEN}`;
    const response = await askRaw(good, ...fields, good);
    expect(response.status).toBe(403);
  });
});

describe('other credentials', () => {
  test.each<[string, Record<string, string>]>([
    ['a session cookie', { Cookie: `authentik_session=${TOKEN}` }],
    ['the key of another scheme', { 'X-API-Key': TOKEN }],
    ['a proxy', { 'Proxy-Authorization': `Bearer ${TOKEN}` }],
    ['a forwarded user', { 'X-Forwarded-User': 'akadmin', 'X-authentik-username': 'akadmin' }],
  ])('%s is none: 403', async (_what, headers) => {
    const response = await send(service.url, STAGE, { headers });
    expect(response.status).toBe(403);
    expect(JSON.parse(response.text).code).toBe('not_authenticated');
  });

  test('a token in the query is none, and never gets into the log', async () => {
    const response = await send(service.url, `${STAGE}?access_token=${TOKEN}`);
    expect(response.status).toBe(403);
    expect(JSON.stringify(service.log)).not.toContain(TOKEN);
  });
});
