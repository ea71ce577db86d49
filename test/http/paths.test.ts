import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { DEMO } from '../../src/demo/demo.js';
import { checkResponse, exampleBody, pathTo } from '../support/contract.js';
import { DEMO_TOKENS, startDemoService, type TestService } from '../support/service.js';
import { send } from '../support/wire.js';

const OPERATION = 'stages_password_retrieve';
const UUID = DEMO.stageUuid;
const STAGE = pathTo(UUID);

let service: TestService;
beforeAll(async () => {
  service = await startDemoService();
});
afterAll(() => service.close());

const ADMIN = { Authorization: `Bearer ${DEMO_TOKENS.administrator}` };
const ask = (path: string) => send(service.url, path, { headers: ADMIN });

describe('the spelling of a stage', () => {
  test.each([
    UUID,
    UUID.toUpperCase(),
    UUID.slice(0, 20).toUpperCase() + UUID.slice(20),
    UUID.replace('a', '%61'),
    UUID.replaceAll('-', '%2D'),
  ])('%s is a UUID, and the response has it in lower case', async (spelling) => {
    const response = await ask(pathTo(spelling));
    expect(response.status).toBe(200);
    expect(JSON.parse(response.text).pk).toBe(UUID);
  });

  test.each([
    `urn:uuid:${UUID}`,
    `{${UUID}}`,
    `%7B${UUID}%7D`,
    UUID.replaceAll('-', ''),
    UUID.replaceAll('-', '_'),
    UUID.slice(1),
    `${UUID}0`,
    `${UUID}%0A`,
    `${UUID}%00`,
    `%20${UUID}`,
    `${UUID}%2F`,
    `a%2F${UUID}`,
    `${UUID}.json`,
    `g${UUID.slice(1)}`,
    '%EF%BC%90abcedbb-ffe3-4009-970f-84fc06e75cce',
    'undefined',
    '1',
    "' OR 1=1 --".replaceAll(' ', '%20'),
    '%C3%BC',
    'a'.repeat(5000),
  ])('%s is none: 400', async (spelling) => {
    const response = await ask(pathTo(spelling));
    expect(response.status).toBe(400);
    expect(checkResponse(OPERATION, response)).toEqual([]);
    expect(JSON.parse(response.text)).toEqual(exampleBody(OPERATION, 400, 'malformed-uuid'));
  });

  test.each([
    '%',
    '%zz',
    '%E0%A4%A',
    '%ff',
    '%C0%80',
    `${UUID}%`,
  ])('%s is a malformed escape: 400', async (spelling) => {
    const response = await ask(pathTo(spelling));
    expect(response.status).toBe(400);
    expect(checkResponse(OPERATION, response)).toEqual([]);
    expect(response.text).toContain('each % must be followed by two hexadecimal digits of UTF-8.');
  });

  test.each([
    ['permission_denied', DEMO_TOKENS.noPermission],
    ['authentication_failed', 'unknown'],
  ])('is not told to who gets %s', async (code, token) => {
    const headers = { Authorization: `Bearer ${token}` };
    const response = await send(service.url, pathTo('%zz'), { headers });
    expect(response.status).toBe(403);
    expect(JSON.parse(response.text)).toMatchObject({ code });
  });
});

describe('a path that is not in the contract', () => {
  test.each([
    ['nothing', ''],
    ['no slash at the end', STAGE.slice(0, -1)],
    ['two slashes at the end', `${STAGE}/`],
    ['two slashes before the stage', pathTo(`/${UUID}`)],
    ['two slashes at the start', `/${STAGE}`],
    ['more below the stage', `${STAGE}used_by/`],
    ['upper case', STAGE.toUpperCase()],
    ['another base path', STAGE.replace('v3', 'v2')],
    ['no base path', STAGE.replace('/api/v3', '')],
    ['an encoded slash in the base path', STAGE.replace('/v3', '%2Fv3')],
    ['a dot segment', STAGE.replace('/v3', '/x/../v3')],
    ['another resource', STAGE.replace('password', 'dummy')],
    ['a field of every object', '/__proto__/constructor/'],
  ])('%s: 404', async (_what, path) => {
    const response = await ask(path || '/');
    expect(response.status).toBe(404);
    expect(checkResponse(OPERATION, response)).toEqual([]);
    expect(JSON.parse(response.text)).toMatchObject({ code: 'not_found' });
  });

  test('is 404 without credentials too', async () => {
    const response = await send(service.url, '/api/v3/stages/');
    expect(response.status).toBe(404);
  });

  test.each(['/%', '/%zz/', '/api/v3/%E0%A4%A/'])('%s responds as documented', async (path) => {
    const response = await ask(path);
    expect([400, 404]).toContain(response.status);
    expect(checkResponse(OPERATION, response)).toEqual([]);
  });
});
