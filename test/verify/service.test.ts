import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { OperationId } from '../../src/contract/types.js';
import { CHECKS, RETRIEVE } from '../../src/verify/checks.js';
import { type Result, runChecks } from '../../src/verify/run.js';
import { createTarget, type Probe, type Target } from '../../src/verify/target.js';
import { contract, responsesOf } from '../support/contract.js';
import { DEMO_TOKENS, type RunningService, startDemoService } from '../support/service.js';

const given = { token: DEMO_TOKENS.administrator, secondToken: DEMO_TOKENS.noPermission };
const UNPROVOKABLE = ['slow-request', 'internal-error', 'unavailable'];

describe('the service, by the checks that the command runs', () => {
  let service: RunningService;
  let results: readonly Result[];
  const statuses = new Set<number>();
  const probes: Probe[] = [];

  beforeAll(async () => {
    service = await startDemoService();
    const target = createTarget(service.url + contract.basePath, 10_000);
    const recording: Target = async (probe) => {
      const response = await target(probe);
      probes.push(probe);
      statuses.add(response.status);
      return response;
    };
    results = await runChecks(contract, recording, given, 'contract');
  });
  afterAll(() => service.close());

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
    const writing = probes.filter(
      ({ method = 'GET' }) => !contract.allowedMethods.includes(method),
    );
    expect(writing.length).toBeGreaterThan(0);
    expect(writing.filter(({ token }) => token !== undefined)).toEqual([]);
  });

  test('a check that lacks something is not run, and says what it lacks', async () => {
    const target = createTarget(service.url + contract.basePath, 10_000);
    const reasons = (await runChecks(contract, target, {}, 'contract'))
      .filter(({ name, outcome }) => outcome === 'not run' && !name.startsWith('the response '))
      .flatMap(({ problems }) => problems);
    expect(new Set(reasons)).toEqual(new Set(['needs --token', 'needs --second-token']));
  });

  test('a stage that the token may not list has to be named', async () => {
    const target = createTarget(service.url + contract.basePath, 10_000);
    const tokens = { token: DEMO_TOKENS.noPermission };
    const found = (await runChecks(contract, target, tokens, 'contract')).find(({ name }) =>
      name.startsWith('HEAD'),
    );
    expect(found).toMatchObject({
      outcome: 'not run',
      problems: ['needs --stage, or a --token that may list a stage'],
    });
  });
});
