import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createClient, type Token } from '../../src/client.js';
import { DEMO } from '../../src/demo/demo.js';
import { DEMO_TOKENS, type RunningService, startDemoService } from '../support/service.js';

describe('client', () => {
  let service: RunningService;
  beforeAll(async () => {
    service = await startDemoService();
  });
  afterAll(() => service.close());

  function retrieve(token: Token | undefined, stage_uuid: string = DEMO.stageUuid, suffix = '') {
    const client = createClient({
      baseUrl: service.url + suffix,
      ...(token !== undefined && { token }),
    });
    return client.GET('/stages/password/{stage_uuid}/', { params: { path: { stage_uuid } } });
  }

  test('a stage is data', async () => {
    const { data, error, response } = await retrieve(DEMO_TOKENS.administrator);
    expect(error).toBeUndefined();
    expect(response.status).toBe(200);
    expect(data?.pk).toBe(DEMO.stageUuid);
  });

  test.each([
    '/',
    '//',
    '/api/v3',
    '/api/v3/',
    '/api/v3//',
  ])('%j after the address of the service makes no difference', async (suffix) => {
    const { data } = await retrieve(DEMO_TOKENS.administrator, DEMO.stageUuid, suffix);
    expect(data?.pk).toBe(DEMO.stageUuid);
  });

  test('a function gives the token of each call, at once or later', async () => {
    const tokens = [DEMO_TOKENS.noPermission, DEMO_TOKENS.administrator];
    const client = createClient({ baseUrl: service.url, token: async () => tokens.shift() ?? '' });
    const call = () =>
      client.GET('/stages/password/{stage_uuid}/', {
        params: { path: { stage_uuid: DEMO.stageUuid } },
      });
    expect((await call()).error?.code).toBe('permission_denied');
    expect((await call()).data?.pk).toBe(DEMO.stageUuid);
    expect((await retrieve(() => DEMO_TOKENS.administrator)).data?.pk).toBe(DEMO.stageUuid);
  });

  test('a token that cannot be had rejects the call with its own reason', async () => {
    const reason = new Error('The vault is sealed.');
    await expect(retrieve(() => Promise.reject(reason))).rejects.toBe(reason);
  });

  test.each([
    ['no token', undefined, DEMO.stageUuid, 403, 'not_authenticated'],
    ['a wrong token', 'wrong', DEMO.stageUuid, 403, 'authentication_failed'],
    ['no permission', DEMO_TOKENS.noPermission, DEMO.stageUuid, 403, 'permission_denied'],
    [
      'another stage only',
      DEMO_TOKENS.singleStage,
      '00000000-0000-4000-8000-000000000000',
      404,
      'not_found',
    ],
    ['no UUID', DEMO_TOKENS.administrator, 'default', 400, 'invalid'],
  ] as const)('%s is an error with its code', async (_, token, uuid, status, code) => {
    const { data, error, response } = await retrieve(token, uuid);
    expect(data).toBeUndefined();
    expect(response.status).toBe(status);
    expect(error?.code).toBe(code);
  });

  test('a stage that did not change is neither data nor error', async () => {
    const client = createClient({ baseUrl: service.url, token: DEMO_TOKENS.administrator });
    const path = { stage_uuid: DEMO.stageUuid };
    const { response: first } = await client.GET('/stages/password/{stage_uuid}/', {
      params: { path },
    });
    const header = { 'If-None-Match': first.headers.get('ETag') ?? '' };
    const { data, error, response } = await client.GET('/stages/password/{stage_uuid}/', {
      params: { path, header },
    });
    expect(response.status).toBe(304);
    expect(data).toBeUndefined();
    expect(error).toBeUndefined();
  });
});
