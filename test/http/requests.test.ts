import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { DEMO } from '../../src/demo/demo.js';
import { checkResponse, contract, pathTo } from '../support/contract.js';
import { DEMO_TOKENS, startDemoService, type TestService } from '../support/service.js';
import { exchange, parseResponse, send } from '../support/wire.js';

const OPERATION = 'stages_password_retrieve';
const STAGE = pathTo(DEMO.stageUuid);

let service: TestService;
beforeAll(async () => {
  service = await startDemoService();
});
afterAll(() => service.close());

const ADMIN = { Authorization: `Bearer ${DEMO_TOKENS.administrator}` };

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
    const response = await send(service.url, `${STAGE}?${query}`, { headers: ADMIN });
    expect(response.status).toBe(400);
    expect(checkResponse(OPERATION, response)).toEqual([]);
    expect(JSON.parse(response.text).non_field_errors).toEqual([
      `Query parameter "${name}" is not known here. Leave it out.`,
    ]);
  });

  test('repeats little of what a caller sends', async () => {
    const name = 'n'.repeat(5000);
    const response = await send(service.url, `${STAGE}?${name}=${name}`, { headers: ADMIN });
    expect(response.status).toBe(400);
    expect(response.text.length).toBeLessThan(200);
  });

  test('of more than 1,000 parameters is 400, though Node would ignore the last', async () => {
    const list = contract.basePath + contract.pathOf('stages_password_list');
    const ask = (parameters: number) =>
      send(service.url, `${list}?${'page=1&'.repeat(parameters - 1)}nope`, { headers: ADMIN });
    expect((await ask(1000)).text).toMatch(/nope.* is not known here/);
    expect((await ask(1001)).text).toContain('The query has more than 1000 parameters.');
  });

  test('with a semicolon in a value is 400, in one sentence', async () => {
    const list = contract.basePath + contract.pathOf('stages_password_list');
    const { text } = await send(service.url, `${list}?page=1;2`, { headers: ADMIN });
    expect(JSON.parse(text).non_field_errors).toEqual([
      'Query parameter "page" must be url encoded. Its value may not contain reserved characters.',
    ]);
  });

  test('that is empty changes nothing', async () => {
    expect((await send(service.url, `${STAGE}?`, { headers: ADMIN })).status).toBe(200);
  });
});

describe('Host', () => {
  test.each([
    ['Host: localhost', 200],
    ['Host: [::1]:8000', 200],
    ['Host:', 200],
    ['Host: [:]', 400],
    ['Host: [::1', 400],
    ['Host: a b', 400],
    ['Host: a%zz', 400],
    ['Host: localhost:x', 400],
    ['Host: a\r\nHost: b', 400],
    ['Accept: */*', 400],
  ])('%j: %d', async (header, expected) => {
    const lines = [`GET ${STAGE} HTTP/1.1`, header, `Authorization: ${ADMIN.Authorization}`];
    const bytes = await exchange(service.url, [...lines, 'Connection: close', '', ''].join('\r\n'));
    expect(parseResponse(bytes).status).toBe(expected);
  });
});
