import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { DEMO } from '../../src/demo/demo.js';
import { checkResponse, pathTo } from '../support/contract.js';
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
    expect(checkResponse(OPERATION, answer)).toEqual([]);
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
