import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { OperationId } from '../../src/contract/types.js';
import { createChecks } from '../../src/verify/checks.js';
import { examplesOf } from '../../src/verify/examples.js';
import { RETRIEVE } from '../../src/verify/paths.js';
import { PROFILES, type Profile } from '../../src/verify/profile.js';
import { type Result, runChecks } from '../../src/verify/run.js';
import { createTarget, type Probe, type Target } from '../../src/verify/target.js';
import { contract, responsesOf } from '../support/contract.js';
import { DEMO_TOKENS, type RunningService, startDemoService } from '../support/service.js';

const checks = createChecks(contract);
const given = { token: DEMO_TOKENS.administrator, secondToken: DEMO_TOKENS.noPermission };
const profile = PROFILES.contract as Profile;

describe('the service, by the checks that the command runs', () => {
  let service: RunningService;
  let results: readonly Result[];
  const statuses = new Set<number>();
  const probes: Probe[] = [];

  beforeAll(async () => {
    service = await startDemoService();
    const target = createTarget(service.url + contract.basePath, 10_000);
    const recording: Target = async (probe) => {
      const answer = await target(probe);
      probes.push(probe);
      statuses.add(answer.status);
      return answer;
    };
    results = await runChecks(contract, recording, given, profile);
  });
  afterAll(() => service.close());

  test.each(checks)('$operationId: $name', ({ operationId, name, ...check }) => {
    const result = results.find((each) => each.operationId === operationId && each.name === name);
    const expected =
      'unprovokable' in check
        ? { outcome: 'not run', problems: [check.unprovokable] }
        : { outcome: 'passed', problems: [] };
    expect(result).toMatchObject(expected);
  });

  test('every documented status is provoked, or said to be unprovokable', () => {
    const unprovokable = examplesOf(contract, RETRIEVE)
      .filter(({ name }) => checks.some((check) => check.name === `the answer ${name}`))
      .map(({ answer }) => answer.status);
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
    const reasons = (await runChecks(contract, target, {}, profile))
      .filter(({ outcome }) => outcome === 'not run')
      .flatMap(({ problems }) => problems);
    expect(new Set(reasons)).toEqual(
      new Set([
        'needs --token',
        'needs --second-token',
        ...checks.flatMap((check) => ('unprovokable' in check ? [check.unprovokable] : [])),
      ]),
    );
  });

  test('a stage that the token may not list has to be named', async () => {
    const target = createTarget(service.url + contract.basePath, 10_000);
    const tokens = { token: DEMO_TOKENS.noPermission };
    const found = (await runChecks(contract, target, tokens, profile)).find(({ name }) =>
      name.startsWith('HEAD'),
    );
    expect(found).toMatchObject({
      outcome: 'not run',
      problems: ['needs --stage, or a --token that may list a stage'],
    });
  });
});
