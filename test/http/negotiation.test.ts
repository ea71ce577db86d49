import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { DEMO } from '../../src/demo/demo.js';
import { checkResponse, exampleBody, pathTo } from '../support/contract.js';
import { DEMO_TOKENS, startDemoService, type TestService } from '../support/service.js';
import { send } from '../support/wire.js';

const OPERATION = 'stages_password_retrieve';
const STAGE = pathTo(DEMO.stageUuid);

let service: TestService;
beforeAll(async () => {
  service = await startDemoService();
});
afterAll(() => service.close());

const ADMIN = { Authorization: `Bearer ${DEMO_TOKENS.administrator}` };
const NO_PERMISSION = { Authorization: `Bearer ${DEMO_TOKENS.noPermission}` };

describe('Accept', () => {
  test.each([
    'application/json',
    'APPLICATION/JSON',
    '*/*',
    'application/*',
    'text/html, application/json',
    'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8',
    'application/json; charset=utf-8',
    'application/json;indent=4',
    'application/json;q=0',
    ' application/json ;q=1 , text/html',
  ])('%j allows JSON: 200', async (accept) => {
    const response = await send(service.url, STAGE, { headers: { ...ADMIN, Accept: accept } });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/json');
  });

  test.each([
    '',
    'text/html',
    'application/xml',
    'application',
    'json',
    '*',
    'application/json5',
    ',',
  ])('%j rules JSON out: 406 in JSON', async (accept) => {
    const response = await send(service.url, STAGE, { headers: { ...ADMIN, Accept: accept } });
    expect(response.status).toBe(406);
    expect(checkResponse(OPERATION, response)).toEqual([]);
    expect(JSON.parse(response.text)).toEqual(exampleBody(OPERATION, 406, 'html-only'));
  });
});

describe('the order of refusals', () => {
  const everythingWrong = { Accept: 'text/html', Authorization: 'Bearer unknown' };

  test.each([
    ['an unknown path', '/nowhere', everythingWrong, 404],
    ['then Accept', `${pathTo('x')}?foo=1`, everythingWrong, 406],
    ['then credentials', `${pathTo('x')}?foo=1`, { Authorization: 'Bearer unknown' }, 403],
    ['then permission', `${pathTo('x')}?foo=1`, NO_PERMISSION, 403],
    ['then the request', `${pathTo('x')}?foo=1`, ADMIN, 400],
  ])('first %s', async (_what, path, headers, status) => {
    expect((await send(service.url, path, { headers })).status).toBe(status);
  });
});
