import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { DEMO } from '../../src/demo.js';
import { checkAnswer, exampleBody, pathTo } from '../support/contract.js';
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
    const answer = await send(service.url, STAGE, { headers: { ...ADMIN, Accept: accept } });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('application/json');
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
    const answer = await send(service.url, STAGE, { headers: { ...ADMIN, Accept: accept } });
    expect(answer.status).toBe(406);
    expect(checkAnswer(OPERATION, answer)).toEqual([]);
    expect(JSON.parse(answer.text)).toEqual(exampleBody(OPERATION, 406, 'html-only'));
  });
});

describe('the order of refusals', () => {
  const everythingWrong = { Accept: 'text/html', Authorization: 'Bearer unknown' };

  test.each([
    ['an unknown path', '/nowhere', everythingWrong, 404],
    ['then Accept', `${pathTo('x')}?foo=1`, everythingWrong, 406],
    ['then credentials', `${pathTo('x')}?foo=1`, { Authorization: 'Bearer unknown' }, 403],
    ['then permission', `${pathTo('x')}?foo=1`, permissionless(), 403],
    ['then the request', `${pathTo('x')}?foo=1`, ADMIN, 400],
  ])('first %s', async (_what, path, headers, status) => {
    expect((await send(service.url, path, { headers })).status).toBe(status);
  });
});

function permissionless() {
  return { Authorization: `Bearer ${DEMO_TOKENS.noPermission}` };
}

describe('a query', () => {
  test.each([
    ['foo=bar', 'foo'],
    ['foo', 'foo'],
    ['foo[bar]=1', 'foo'],
    ['format=json', 'format'],
    ['stage_uuid=1', 'stage_uuid'],
    ['__proto__=1', '__proto__'],
    ['constructor=1', 'constructor'],
    ['search=x', 'search'],
    ['%F0%9F%98%80=1', '😀'],
  ])('?%s is not in the contract: 400 that names the parameter', async (query, name) => {
    const answer = await send(service.url, `${STAGE}?${query}`, { headers: ADMIN });
    expect(answer.status).toBe(400);
    expect(checkAnswer(OPERATION, answer)).toEqual([]);
    expect(JSON.parse(answer.text).non_field_errors).toEqual([
      `Query parameter "${name}" is not known here. Leave it out.`,
    ]);
  });

  test('repeats little of what a caller sends', async () => {
    const name = 'n'.repeat(5000);
    const answer = await send(service.url, `${STAGE}?${name}=${name}`, { headers: ADMIN });
    expect(answer.status).toBe(400);
    expect(answer.text.length).toBeLessThan(200);
  });

  test('that is empty changes nothing', async () => {
    expect((await send(service.url, `${STAGE}?`, { headers: ADMIN })).status).toBe(200);
  });
});

describe('headers of an answer', () => {
  test('keep shared caches away', async () => {
    const { headers } = await send(service.url, STAGE, { headers: ADMIN });
    expect(headers.get('cache-control')).toBe('private, no-cache');
    expect(headers.get('vary')).toContain('Authorization');
  });

  test.each([
    ['unknown', 403],
    [DEMO_TOKENS.noPermission, 403],
  ])('an error is not stored: %s', async (token, status) => {
    const answer = await send(service.url, STAGE, {
      headers: { Authorization: `Bearer ${token}` },
    });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  test('tell nothing about the server', async () => {
    for (const path of [STAGE, '/nowhere']) {
      const { headers } = await send(service.url, path, { headers: ADMIN });
      expect(headers.get('x-powered-by')).toBeNull();
      expect(headers.get('server')).toBeNull();
    }
  });

  test('have an id of their own each time', async () => {
    const answers = await Promise.all(
      [1, 2, 3].map(() => send(service.url, STAGE, { headers: ADMIN })),
    );
    expect(new Set(answers.map(({ headers }) => headers.get('x-request-id'))).size).toBe(3);
  });
});

describe('If-None-Match', () => {
  async function statusFor(toHeader: (etag: string) => string): Promise<number> {
    const { headers } = await send(service.url, STAGE, { headers: ADMIN });
    const known = { ...ADMIN, 'If-None-Match': toHeader(headers.get('etag') ?? '') };
    return (await send(service.url, STAGE, { headers: known })).status;
  }

  test.each<[string, (etag: string) => string, number]>([
    ['the same', (etag) => etag, 304],
    ['the same, strong', (etag) => etag.replace('W/', ''), 304],
    ['a list with the same', (etag) => `"other" , ${etag},W/"third"`, 304],
    ['anything', () => '*', 304],
    ['another', () => '"other"', 200],
    ['a list of others', () => '"a", W/"b"', 200],
    ['the same without quotes', (etag) => etag.replaceAll('"', ''), 200],
    ['nothing', () => '', 200],
  ])('%s', async (_what, toHeader, status) => {
    expect(await statusFor(toHeader)).toBe(status);
  });

  test('does not help a caller without permission', async () => {
    const headers = { ...permissionless(), 'If-None-Match': '*' };
    expect((await send(service.url, STAGE, { headers })).status).toBe(403);
  });
});
