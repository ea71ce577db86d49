import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { WireResponse } from '../../src/contract/response-checker.js';
import { DEMO } from '../../src/demo/demo.js';
import { checkResponse, exampleBody, pathTo, responsesOf } from '../support/contract.js';
import { insertPasswordStage } from '../support/fixtures.js';
import { createDatabase, type TestDatabase } from '../support/postgres.js';
import { DEMO_TOKENS, startTestService, type TestService } from '../support/service.js';
import { exchange, parseResponse, send, type WireRequest } from '../support/wire.js';

const OPERATION = 'stages_password_retrieve';
const STAGE = pathTo(DEMO.stageUuid);

let database: TestDatabase;
let service: TestService;

beforeAll(async () => {
  database = await createDatabase('2024.6', { seed: true });
  service = await startTestService(database.url);
});
afterAll(async () => {
  await service.close();
  await database.drop();
});

const as = (token: string) => ({ Authorization: `Bearer ${token}` });
const ADMIN = as(DEMO_TOKENS.administrator);

function ask(
  path: string,
  { headers = ADMIN, ...others }: WireRequest = {},
): Promise<WireResponse> {
  return send(service.url, path, { headers, ...others });
}

const REQUEST_LINE = `GET ${STAGE} HTTP/1.1\r\nHost: a\r\n`;

/** How to get each named error of the contract. */
const PROVOKED: Readonly<Record<string, () => Promise<WireResponse>>> = {
  'malformed-uuid': () => ask(pathTo('not-a-uuid')),
  'unknown-query-parameter': () => ask(`${STAGE}?foo=bar`),
  'no-credentials': () => ask(STAGE, { headers: {} }),
  'bad-token': () => ask(STAGE, { headers: as('unknown') }),
  'no-permission': () => ask(STAGE, { headers: as(DEMO_TOKENS.noPermission) }),
  'not-found': () => ask(pathTo(randomUUID())),
  post: () => ask(STAGE, { method: 'POST' }),
  'html-only': () => ask(STAGE, { headers: { ...ADMIN, Accept: 'text/html' } }),
  // Takes as long as the server waits for headers.
  'slow-request': async () => parseResponse(await exchange(service.url, REQUEST_LINE)),
  'long-url': async () =>
    parseResponse(
      await exchange(service.url, `GET /${'a'.repeat(20_000)} HTTP/1.1\r\nHost: a\r\n\r\n`),
    ),
  'internal-error': async () => {
    const backends = ['authentik.core.auth.MagicBackend'];
    return ask(pathTo(await insertPasswordStage(database, { backends })));
  },
  unavailable: async () => {
    const lost = await createDatabase('2024.6');
    return withService(lost.url, {}, async ({ url }) => {
      await lost.drop();
      return send(url, STAGE, { headers: ADMIN });
    });
  },
};

async function withService(
  databaseUrl: string,
  environment: Readonly<Record<string, string>>,
  use: (service: TestService) => Promise<WireResponse>,
): Promise<WireResponse> {
  const other = await startTestService(databaseUrl, { environment });
  try {
    return await use(other);
  } finally {
    await other.close();
  }
}

const ERRORS = Object.entries(responsesOf(OPERATION)).flatMap(([status, { content }]) =>
  Number(status) < 400
    ? []
    : Object.keys(content?.['application/json']?.examples ?? {}).map((example) => ({
        status: Number(status),
        example,
      })),
);

describe('stages_password_retrieve', () => {
  test('200: the stage, with every field of the contract', async () => {
    const response = await ask(STAGE);
    expect(response.status).toBe(200);
    expect(checkResponse(OPERATION, response)).toEqual([]);
    expect(JSON.parse(response.text)).toEqual({
      pk: DEMO.stageUuid,
      name: 'default-authentication-password',
      component: 'ak-stage-password-form',
      verbose_name: 'Password Stage',
      verbose_name_plural: 'Password Stages',
      meta_model_name: 'authentik_stages_password.passwordstage',
      flow_set: [
        {
          pk: 'f901338e-6dd0-416b-94e8-b3105259ff21',
          policybindingmodel_ptr_id: 'd7c038c8-16d4-435d-8edd-f6f55999fa0c',
          name: 'Welcome to authentik!',
          slug: 'default-authentication-flow',
          title: 'Welcome to authentik!',
          designation: 'authentication',
          background: '/static/dist/assets/images/flow_background.jpg',
          policy_engine_mode: 'any',
          compatibility_mode: false,
          export_url: '/api/v3/flows/instances/default-authentication-flow/export/',
          layout: 'stacked',
          denied_action: 'message_continue',
        },
      ],
      backends: [
        'authentik.core.auth.InbuiltBackend',
        'authentik.sources.ldap.auth.LDAPBackend',
        'authentik.core.auth.TokenBackend',
      ],
      configure_flow: '71b14eb6-09e5-4a3c-a8c3-4dfdb1b5ebef',
      failed_attempts_before_cancel: 5,
    });
  });

  test('304: no body for a client that has the response already', async () => {
    const { headers } = await ask(STAGE);
    const etag = headers.get('etag') ?? '';
    const response = await ask(STAGE, { headers: { ...ADMIN, 'If-None-Match': etag } });
    expect(response.status).toBe(304);
    expect(checkResponse(OPERATION, response)).toEqual([]);
    expect(response.headers.get('etag')).toBe(etag);
  });

  test.each(ERRORS)('$status: exactly the example $example', async ({ status, example }) => {
    const response = await PROVOKED[example]?.();
    expect(response?.status).toBe(status);
    expect(checkResponse(OPERATION, response as WireResponse)).toEqual([]);
    expect(JSON.parse(response?.text ?? '')).toEqual(exampleBody(OPERATION, status, example));
  });

  test('every documented status has its test', () => {
    const tested = [200, 304, ...ERRORS.map(({ status }) => status)];
    expect(new Set(tested)).toEqual(new Set(Object.keys(responsesOf(OPERATION)).map(Number)));
  });

  test('500: the log names the field under the request id, the response does not', async () => {
    const secret = `authentik.${randomUUID()}`;
    const stage = await insertPasswordStage(database, { backends: [secret] });
    const response = await ask(pathTo(stage));
    expect(response.status).toBe(500);
    expect(response.text).not.toContain('backends');
    const line = service.log.find(({ id }) => id === response.headers.get('x-request-id'));
    expect(line).toMatchObject({
      status: 500,
      err: { cause: { errors: [{ path: expect.stringContaining('backends/0') }] } },
    });
    expect(JSON.stringify(line)).not.toContain(secret);
  });

  test('404: a hidden stage and one that does not exist look the same', async () => {
    const hidden = await insertPasswordStage(database);
    const headers = as(DEMO_TOKENS.singleStage);
    const responses = [
      await ask(pathTo(hidden), { headers }),
      await ask(pathTo(randomUUID()), { headers }),
    ];
    expect(responses.map(({ status }) => status)).toEqual([404, 404]);
    expect(responses[0]?.text).toBe(responses[1]?.text);
    const names = responses.map(({ headers: sent }) => [...sent.keys()]);
    expect(names[0]).toEqual(names[1]);
  });

  test('the typed client gets the stage', async () => {
    const { data, error } = await service
      .client(DEMO_TOKENS.auditor)
      .GET('/stages/password/{stage_uuid}/', { params: { path: { stage_uuid: DEMO.stageUuid } } });
    expect(error).toBeUndefined();
    expect(data?.name).toBe('default-authentication-password');
  });

  test('the typed client gets the code of an error', async () => {
    const { data, error, response } = await service
      .client(DEMO_TOKENS.noPermission)
      .GET('/stages/password/{stage_uuid}/', { params: { path: { stage_uuid: DEMO.stageUuid } } });
    expect(data).toBeUndefined();
    expect(response.status).toBe(403);
    expect(error?.code).toBe('permission_denied');
  });
});
