import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { OperationId } from '../../src/contract/types.js';
import type { Given } from '../../src/verify/check.js';
import { CHECKS, RETRIEVE } from '../../src/verify/checks.js';
import { type Result, runChecks } from '../../src/verify/run.js';
import { contract, responsesOf } from '../support/contract.js';
import { DEMO_TOKENS, type RunningService, startDemoService } from '../support/service.js';
import { startProxy } from './proxy.js';

const given = { token: DEMO_TOKENS.administrator, secondToken: DEMO_TOKENS.noPermission };
const UNPROVOKABLE = ['slow-request', 'internal-error', 'unavailable'];

describe('the service, by the checks that the command runs', () => {
  let service: RunningService;
  let results: readonly Result[];
  const statuses = new Set<number>();
  const requests: { readonly method: string | undefined; readonly token: string | undefined }[] =
    [];

  beforeAll(async () => {
    service = await startDemoService();
    const proxy = await startProxy(service.url, (response, { method, headers }) => {
      requests.push({ method, token: headers.authorization });
      statuses.add(response.status);
      return response;
    });
    results = await run(given, proxy.url);
    await proxy.close();
  });
  afterAll(() => service.close());

  const run = (known: Given, url = service.url) =>
    runChecks(contract, { url, given: known, timeoutMs: 10_000, profile: 'contract' });

  test.each(CHECKS)('$operationId: $name', ({ operationId, name }) => {
    const result = results.find((each) => each.operationId === operationId && each.name === name);
    const isUnprovokable = UNPROVOKABLE.some((example) => name === `the response ${example}`);
    expect(result).toMatchObject(
      isUnprovokable ? { outcome: 'not run' } : { outcome: 'passed', problems: [] },
    );
  });

  test('every documented status is provoked, or said to be unprovokable', () => {
    const unprovokable = Object.entries(responsesOf(RETRIEVE))
      .filter(([, { content }]) =>
        UNPROVOKABLE.some((name) => content?.['application/json']?.examples?.[name]),
      )
      .map(([status]) => Number(status));
    expect(unprovokable).toHaveLength(UNPROVOKABLE.length);
    const documented = contract.operationIds.flatMap((operationId: OperationId) =>
      Object.keys(responsesOf(operationId)).map(Number),
    );
    const missing = documented.filter(
      (status) => !statuses.has(status) && !unprovokable.includes(status),
    );
    expect(missing).toEqual([]);
  });

  test('a method that writes never comes with a token', () => {
    const writing = requests.filter(({ method = '' }) => !contract.allowedMethods.includes(method));
    expect(writing.length).toBeGreaterThan(0);
    expect(writing.filter(({ token }) => token !== undefined)).toEqual([]);
  });

  test('a check that lacks something is not run, and says what it lacks', async () => {
    const reasons = (await run({}))
      .filter(({ name, outcome }) => outcome === 'not run' && !name.startsWith('the response '))
      .flatMap(({ problems }) => problems);
    expect(new Set(reasons)).toEqual(new Set(['needs --token', 'needs --second-token']));
  });

  test('a stage that the token may not list has to be named', async () => {
    const found = (await run({ token: DEMO_TOKENS.noPermission })).find(({ name }) =>
      name.startsWith('HEAD'),
    );
    expect(found).toMatchObject({
      outcome: 'not run',
      problems: ['needs --stage, or a --token that may list a stage'],
    });
  });
});
