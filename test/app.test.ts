import type { IncomingMessage } from 'node:http';
import { afterEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type AppDependencies, createApp } from '../src/app.js';
import type { AccessFacts } from '../src/domain/access.js';
import { createLogger } from '../src/logger.js';
import { checkResponse, contract, exampleBody, pathTo } from './support/contract.js';
import { startHttpServer, type TestServer } from './support/http-server.js';
import { PROPERTY } from './support/property.js';
import type { LogLine } from './support/service.js';
import { send } from './support/wire.js';

const OPERATION = 'stages_password_retrieve';
const STAGE = exampleBody(OPERATION, 200, 'default-stage') as Record<string, unknown>;
const PATH = pathTo(String(STAGE.pk));
const SUPERUSER: AccessFacts = {
  userId: 1,
  isActive: true,
  isInternalServiceAccount: false,
  isSuperuser: true,
  hasGlobalView: false,
  hasObjectView: false,
};

let server: TestServer | undefined;
afterEach(() => server?.close());

interface Stubs {
  /** What the handler of stages_password_retrieve answers. */
  readonly retrieve?: () => Promise<unknown>;
  /** Called while the validator authenticates a request. */
  readonly onAuthentication?: (request: IncomingMessage) => void;
  readonly requestTimeoutMs?: number;
}

/** The application without a database. */
async function open({ retrieve, onAuthentication, requestTimeoutMs = 10_000 }: Stubs = {}) {
  const log: LogLine[] = [];
  let current: IncomingMessage;
  const app = await createApp({
    contract,
    operations: {
      stages_password_retrieve: retrieve ?? (async () => ({ status: 200, body: STAGE })),
    } as unknown as AppDependencies['operations'],
    access: {
      async find() {
        onAuthentication?.(current);
        return SUPERUSER;
      },
    },
    readiness: { check: async () => {} },
    logger: createLogger('info', { write: (line) => void log.push(JSON.parse(line)) }),
    requestTimeoutMs,
  });
  server = await startHttpServer((request, response) => {
    current = request;
    app(request, response);
  });
  const { url } = server;
  const ask = (headers = {}) =>
    send(url, PATH, { headers: { Authorization: 'Bearer token', ...headers } });
  return { ask, log };
}

describe('an answer that breaks the contract is never sent', () => {
  const { name: _left, ...withoutName } = STAGE;

  test.each<[string, unknown]>([
    ['lacks a field', { status: 200, body: withoutName }],
    ['has a value outside an enum', { status: 200, body: { ...STAGE, backends: ['secret'] } }],
    [
      'has a number that is too large',
      { status: 200, body: { ...STAGE, failed_attempts_before_cancel: 2 ** 31 } },
    ],
    ['is no object', { status: 200, body: 'secret' }],
    ['has a body for another status', { status: 404, body: STAGE }],
    ['has a status that is not documented', { status: 201, body: STAGE }],
    ['is none', undefined],
  ])('%s', async (_what, answer) => {
    const { ask } = await open({ retrieve: async () => answer });
    const sent = await ask();
    expect(sent.status).toBe(500);
    expect(checkResponse(OPERATION, sent)).toEqual([]);
    expect(JSON.parse(sent.text)).toEqual(exampleBody(OPERATION, 500, 'internal-error'));
  });

  test('and the log names the field', async () => {
    const { ask, log } = await open({ retrieve: async () => ({ status: 200, body: withoutName }) });
    const { headers } = await ask();
    expect(log).toContainEqual(
      expect.objectContaining({
        id: headers.get('x-request-id'),
        err: expect.objectContaining({
          errors: [expect.objectContaining({ path: expect.stringContaining('name') })],
        }),
      }),
    );
  });
});

describe('a handler that fails', () => {
  test('is 500; its reason is in the log only', async () => {
    const { ask, log } = await open({
      retrieve: () => Promise.reject(new Error('the reason', { cause: new Error('its cause') })),
    });
    const answer = await ask();
    expect(answer.status).toBe(500);
    expect(JSON.parse(answer.text)).toEqual(exampleBody(OPERATION, 500, 'internal-error'));
    expect(log).toContainEqual(
      expect.objectContaining({
        err: expect.objectContaining({
          message: 'the reason',
          cause: expect.objectContaining({ message: 'its cause' }),
        }),
      }),
    );
  });

  test.each([
    undefined,
    null,
    'text',
    { status: 403 },
  ])('with %j instead of an error is 500', async (thrown) => {
    const { ask } = await open({ retrieve: () => Promise.reject(thrown) });
    expect((await ask()).status).toBe(500);
  });

  test('is 503 when it takes too long, and may still end', async () => {
    let end: (answer: unknown) => void = () => {};
    const { ask, log } = await open({
      requestTimeoutMs: 50,
      retrieve: () =>
        new Promise((resolve) => {
          end = resolve;
        }),
    });
    const answer = await ask();
    expect(answer.status).toBe(503);
    expect(checkResponse(OPERATION, answer)).toEqual([]);
    end({ status: 200, body: STAGE });
    const next = ask();
    expect((await next).status).toBe(503);
    expect(log.map(({ status }) => status)).toEqual([503, 503]);
  });
});

describe('Content-Type of a request', () => {
  test('never reaches the validator, which would keep a copy of itself for each', async () => {
    const seen = new Set<string | undefined>();
    const { ask } = await open({
      onAuthentication: ({ headers }) => seen.add(headers['content-type']),
    });
    const contentTypes = fc.oneof(
      fc.stringMatching(/^[a-z]{1,9}\/[a-z.+-]{1,9}(; ?[a-z]{1,9}=[a-z0-9]{1,9})?$/),
      fc.string({ unit: 'grapheme-ascii' }),
    );
    await fc.assert(
      fc.asyncProperty(contentTypes, async (contentType) => {
        expect((await ask({ 'Content-Type': contentType })).status).toBe(200);
      }),
      PROPERTY,
    );
    expect([...seen]).toEqual([undefined]);
  });
});
