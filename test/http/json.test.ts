import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { DEMO } from '../../src/demo/demo.js';
import { pathTo } from '../support/contract.js';
import { DEMO_TOKENS, startDemoService, type TestService } from '../support/service.js';
import { send } from '../support/wire.js';

const STAGE = pathTo(DEMO.stageUuid);

let service: TestService;
beforeAll(async () => {
  service = await startDemoService();
});
afterAll(() => service.close());

const ADMIN = { Authorization: `Bearer ${DEMO_TOKENS.administrator}` };
const NO_PERMISSION = { Authorization: `Bearer ${DEMO_TOKENS.noPermission}` };

describe('headers of a response', () => {
  test('keep shared caches away', async () => {
    const { headers } = await send(service.url, STAGE, { headers: ADMIN });
    expect(headers.get('cache-control')).toBe('private, no-cache');
    expect(headers.get('vary')).toContain('Authorization');
  });

  test.each([
    'unknown',
    DEMO_TOKENS.noPermission,
  ])('say not to store an error: %s', async (token) => {
    const headers = { Authorization: `Bearer ${token}` };
    const response = await send(service.url, STAGE, { headers });
    expect(response.status).toBe(403);
    expect(response.headers.get('cache-control')).toBe('no-store');
  });

  test('tell nothing about the server', async () => {
    for (const path of [STAGE, '/nowhere']) {
      const { headers } = await send(service.url, path, { headers: ADMIN });
      expect(headers.get('x-powered-by')).toBeNull();
      expect(headers.get('server')).toBeNull();
    }
  });

  test('have an id of their own each time', async () => {
    const responses = await Promise.all(
      [1, 2, 3].map(() => send(service.url, STAGE, { headers: ADMIN })),
    );
    expect(new Set(responses.map(({ headers }) => headers.get('x-request-id'))).size).toBe(3);
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
    ['a list with the same behind a tag with commas', (etag) => `"a, b,", ${etag}`, 304],
    ['the same within the quotes of another', (etag) => `"a,${etag.replaceAll('"', '')},b"`, 200],
    ['the same, quotes and all, between the quotes of two others', (etag) => `"a,${etag},b"`, 200],
    ['anything', () => '*', 304],
    ['anything, in spaces', () => ' * ', 304],
    ['another', () => '"other"', 200],
    ['a list of others', () => '"a", W/"b"', 200],
    ['the same without quotes', (etag) => etag.replaceAll('"', ''), 200],
    ['nothing', () => '', 200],
    ['the same, not closed', (etag) => etag.slice(0, -1), 200],
    ['the same, lower-case weak', (etag) => etag.replace('W', 'w'), 304],
  ])('%s', async (_what, toHeader, status) => {
    expect(await statusFor(toHeader)).toBe(status);
  });

  test('does not help a caller without permission', async () => {
    const headers = { ...NO_PERMISSION, 'If-None-Match': '*' };
    expect((await send(service.url, STAGE, { headers })).status).toBe(403);
  });
});
