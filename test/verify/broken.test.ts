import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { DEMO } from '../../src/demo/demo.js';
import { runChecks } from '../../src/verify/run.js';
import type { TestServer } from '../support/http-server.js';
import { DEMO_TOKENS, type RunningService, startDemoService } from '../support/service.js';
import { type Spoil, startProxy } from './proxy.js';

interface Broken {
  readonly fault: string;
  readonly spoil: Spoil;
  /** The lines of the report that must fail, and no others. */
  readonly lines: readonly string[];
}

const RETRIEVE = 'stages_password_retrieve';
const LIST = 'stages_password_list';
const OTHER_STAGE = '0b3c7c52-6a0f-4f6e-9a51-6b8a2d1c9f10';

const without =
  (header: string): Spoil =>
  ({ headers, ...response }) => ({
    ...response,
    headers: new Headers([...headers].filter(([name]) => name !== header)),
  });

const onStatus =
  (status: number, spoil: Spoil): Spoil =>
  (response, probe) =>
    response.status === status ? spoil(response, probe) : response;

const replacing =
  (from: string | RegExp, to: string): Spoil =>
  (response) => ({ ...response, text: response.text.replace(from, to) });

const BROKEN: readonly Broken[] = [
  {
    fault: 'a field of a stage is gone',
    spoil: replacing(/"configure_flow":[^,]+,(?=[^[\]]*}$)/, ''),
    lines: [
      `${RETRIEVE}: a stage is returned as the contract describes it: the body must have required property 'configure_flow'`,
      `${RETRIEVE}: a UUID in upper case names the same stage: the body must have required property 'configure_flow'`,
      `${RETRIEVE}: Accept may name a range: the body must have required property 'configure_flow'`,
      `${RETRIEVE}: HEAD has the headers of GET and no body: the body must have required property 'configure_flow'`,
      `${RETRIEVE}: every response has an X-Request-Id of its own: the body must have required property 'configure_flow'`,
      `${RETRIEVE}: an unchanged response is not sent again: the body must have required property 'configure_flow'`,
      `${RETRIEVE}: a changed response is sent again: the body must have required property 'configure_flow'; the body must have required property 'configure_flow'`,
    ],
  },
  {
    fault: 'another stage is returned',
    spoil: replacing(/^\{"pk":"[^"]+"/, `{"pk":"${OTHER_STAGE}"`),
    lines: [
      `${RETRIEVE}: a stage is returned as the contract describes it: expected the pk ${DEMO.stageUuid}, got ${OTHER_STAGE}`,
      `${RETRIEVE}: a UUID in upper case names the same stage: expected the pk ${DEMO.stageUuid}, got ${OTHER_STAGE}`,
      `${LIST}: a stage is found by its name: expected the stage ${OTHER_STAGE} alone, got ${DEMO.stageUuid}`,
    ],
  },
  {
    fault: 'an unknown stage has another code',
    spoil: onStatus(404, replacing('"not_found"', '"permission_denied"')),
    lines: [
      `${RETRIEVE}: an unknown stage is not found: expected 404 not_found, got 404 permission_denied`,
      `${RETRIEVE}: an unknown path is not found: expected 404 not_found, got 404 permission_denied`,
      `${LIST}: a page that does not exist is not found: expected 404 not_found, got 404 permission_denied`,
    ],
  },
  {
    fault: 'a 405 does not say what is allowed',
    spoil: onStatus(405, without('allow')),
    lines: ['POST', 'PUT', 'PATCH', 'DELETE'].map(
      (method) =>
        `${RETRIEVE}: ${method} is refused: expected Allow: GET, HEAD, OPTIONS, got none; the header Allow is missing`,
    ),
  },
  {
    fault: 'OPTIONS has a body',
    spoil: (response, { method }) =>
      method === 'OPTIONS' ? { ...response, status: 200 } : response,
    lines: [`${RETRIEVE}: OPTIONS names the methods: expected 204, got 200`],
  },
  {
    fault: 'all responses have the same request id',
    spoil: (response) => {
      const headers = new Headers(response.headers);
      headers.set('X-Request-Id', '0b3c7c52-6a0f-4f6e-9a51-6b8a2d1c9f10');
      return { ...response, headers };
    },
    lines: [
      `${RETRIEVE}: every response has an X-Request-Id of its own: two responses have the X-Request-Id 0b3c7c52-6a0f-4f6e-9a51-6b8a2d1c9f10`,
    ],
  },
  {
    fault: 'nothing is ever unchanged',
    spoil: onStatus(304, (response) => ({
      ...response,
      status: 200,
      headers: new Headers([...response.headers, ['Content-Type', 'application/json']]),
      text: 'null',
    })),
    lines: [
      `${RETRIEVE}: an unchanged response is not sent again: expected 304, got 200; the body must be object`,
      `${LIST}: an unchanged response is not sent again: expected 304, got 200; the body must be object`,
    ],
  },
  {
    fault: 'the filter allow_show_password is ignored, where it does not exist',
    spoil: (response, { url }) =>
      url?.includes('allow_show_password') ? { ...response, status: 200, text: 'null' } : response,
    lines: [
      `${LIST}: allow_show_password filters where stages have it: expected 400 invalid, got 200; the body must be object; the header ETag is missing; and 1 more`,
    ],
  },
  {
    fault: 'refusals are web pages',
    spoil: onStatus(406, ({ status, headers, text }) => ({
      status,
      text,
      headers: new Headers([
        ...[...headers].filter(([name]) => name !== 'content-type'),
        ['Content-Type', 'text/html'],
      ]),
    })),
    lines: [
      `${RETRIEVE}: an Accept that rules JSON out is refused: the content type is text/html instead of application/json`,
    ],
  },
];

describe('the checks', () => {
  let service: RunningService;
  beforeAll(async () => {
    service = await startDemoService();
  });
  afterAll(() => service.close());

  async function failures(proxy: TestServer): Promise<string[]> {
    const tokens = { token: DEMO_TOKENS.administrator, secondToken: DEMO_TOKENS.noPermission };
    const deployment = {
      url: proxy.url,
      timeoutMs: 10_000,
      profile: 'contract',
      ...tokens,
    } as const;
    const { results } = await runChecks(deployment);
    return results
      .filter(({ outcome }) => outcome === 'failed')
      .map(({ operationId, name, problems }) => `${operationId}: ${name}: ${problems.join('; ')}`);
  }

  test.each(BROKEN)('find out when $fault', async ({ spoil, lines }) => {
    const proxy = await startProxy(service.url, spoil);
    try {
      expect((await failures(proxy)).sort()).toEqual([...lines].sort());
    } finally {
      await proxy.close();
    }
  });
});
