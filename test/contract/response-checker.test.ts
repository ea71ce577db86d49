import { describe, expect, test } from '@jest/globals';
import type { WireResponse } from '../../src/contract/response-checker.js';
import { checkResponse, exampleBody, responseWith } from '../support/contract.js';

const OPERATION = 'stages_password_retrieve';
const STAGE = exampleBody(OPERATION, 200, 'default-stage') as Record<string, unknown> & {
  flow_set: Record<string, unknown>[];
};
const FOUND = responseWith(OPERATION, 200, STAGE);
const AWAY = responseWith(OPERATION, 503, exampleBody(OPERATION, 503, 'unavailable'));
const NOT_MODIFIED = responseWith(OPERATION, 304, undefined);

const check = (response: WireResponse) => checkResponse(OPERATION, response);
const withBody = (body: unknown) => ({ ...FOUND, text: JSON.stringify(body) });

function withHeader(response: WireResponse, name: string, value: string | undefined): WireResponse {
  const headers = new Headers(response.headers);
  if (value === undefined) headers.delete(name);
  else headers.set(name, value);
  return { ...response, headers };
}

describe('createResponseChecker', () => {
  test.each([
    ['a stage', FOUND],
    ['an error', AWAY],
    ['a response without a body', NOT_MODIFIED],
    [
      'a content type with a parameter',
      withHeader(FOUND, 'Content-Type', 'Application/JSON; charset=utf-8'),
    ],
  ])('accepts %s', (_what, response) => {
    expect(check(response)).toEqual([]);
  });

  test('finds a status that is not documented', () => {
    expect(check({ ...FOUND, status: 201 })).toEqual(['the status 201 is not in the contract']);
  });

  test.each(['X-Request-Id', 'ETag', 'Cache-Control', 'Vary'])('finds a missing %s', (name) => {
    expect(check(withHeader(FOUND, name, undefined))).toEqual([`the header ${name} is missing`]);
  });

  test.each([
    ['X-Request-Id', 'seven', 'the header X-Request-Id must match format "uuid"'],
    ['Retry-After', 'soon', 'the header Retry-After must be integer'],
    ['Retry-After', '0', 'the header Retry-After must be >= 1'],
  ])('finds %s: %s', (name, value, problem) => {
    expect(check(withHeader(AWAY, name, value))).toContain(problem);
  });

  test.each([
    undefined,
    'text/html',
    'application/problem+json',
  ])('finds the content type %s', (type) => {
    expect(check(withHeader(FOUND, 'Content-Type', type))).toEqual([
      `the content type is ${type ?? 'missing'} instead of application/json`,
    ]);
  });

  test('finds a body that is not JSON', () => {
    expect(check({ ...FOUND, text: '<html>' })).toEqual(['the body is not JSON']);
    expect(check({ ...FOUND, text: '' })).toEqual(['the body is not JSON']);
  });

  test('finds a body where there must be none', () => {
    expect(check({ ...NOT_MODIFIED, text: '{}' })).toEqual(['there must be no body']);
  });

  test.each(Object.keys(STAGE))('finds a stage without %s', (field) => {
    const { [field]: _left, ...rest } = STAGE;
    expect(check(withBody(rest))).toEqual([`the body must have required property '${field}'`]);
  });

  describe.each(['background', 'background_url'])('a flow with %s', (image) => {
    const { background, ...others } = STAGE.flow_set[0] ?? {};
    const flow: Record<string, unknown> = { ...others, [image]: background };
    const withFlows = (...flows: unknown[]) => check(withBody({ ...STAGE, flow_set: flows }));

    test('is accepted', () => {
      expect(withFlows(flow, flow)).toEqual([]);
    });

    test.each(Object.keys(others))('must have %s', (field) => {
      const { [field]: _left, ...rest } = flow;
      expect(withFlows(flow, rest)).toEqual([`/flow_set/1 must have required property '${field}'`]);
    });

    test('must have no undeclared field', () => {
      expect(withFlows({ ...flow, authentication: 'none' })).toEqual([
        '/flow_set/0 must not have the field authentication',
      ]);
    });

    test('has its own faults told, flow by flow', () => {
      expect(withFlows({ ...flow, [image]: 1 }, flow, { ...flow, layout: 'round' })).toEqual([
        `/flow_set/0/${image} must be string`,
        '/flow_set/2/layout must be equal to one of the allowed values',
      ]);
    });

    test('may have a long slug only in the form of 2025.12', () => {
      expect(withFlows({ ...flow, slug: 'a'.repeat(51) })).toEqual(
        image === 'background' ? ['/flow_set/0/slug must NOT have more than 50 characters'] : [],
      );
    });
  });

  test.each([
    ['neither form', { background: undefined }, "must have required property 'background'"],
    ['both forms', { background_url: '/static/a.jpg' }, 'must not have the field background_url'],
  ])('finds a flow of %s', (_what, change, problem) => {
    const flow_set = [{ ...STAGE.flow_set[0], ...change }];
    expect(check(withBody({ ...STAGE, flow_set }))).toEqual([`/flow_set/0 ${problem}`]);
  });

  test('finds a flow in another form than the flows beside it', () => {
    const { background: background_url, ...others } = STAGE.flow_set[0] ?? {};
    const [flow] = STAGE.flow_set;
    const flow_set = [flow, { ...others, background_url }, flow];
    expect(check(withBody({ ...STAGE, flow_set }))).toEqual([
      "/flow_set/1 must have required property 'background'",
      '/flow_set/1 must not have the field background_url',
    ]);
  });

  test.each([
    ['backends', ['authentik.core.auth.MagicBackend'], '/backends/0'],
    ['backends', [null], '/backends/0'],
    ['pk', '{7abcedbb-ffe3-4009-970f-84fc06e75cce}', '/pk'],
    ['configure_flow', 'none', '/configure_flow'],
    ['failed_attempts_before_cancel', 2 ** 31, '/failed_attempts_before_cancel'],
    ['failed_attempts_before_cancel', 0.5, '/failed_attempts_before_cancel'],
    ['name', null, '/name'],
  ])('finds %s %j', (field, value, place) => {
    const problems = check(withBody({ ...STAGE, [field]: value }));
    expect(problems).not.toEqual([]);
    expect(problems).toEqual(problems.map(() => expect.stringContaining(`${place} must`)));
  });

  test('finds a field that the contract does not have', () => {
    expect(check(withBody({ ...STAGE, remember_me: true }))).toEqual([
      'the body must not have the field remember_me',
    ]);
  });

  test('finds the body of another error', () => {
    const { text } = responseWith(OPERATION, 400, exampleBody(OPERATION, 400, 'malformed-uuid'));
    expect(check({ ...AWAY, text })).not.toEqual([]);
    expect(check({ ...AWAY, text: '{"detail":"?","code":"surprise"}' })).toEqual([
      '/code must be equal to one of the allowed values',
    ]);
  });
});
