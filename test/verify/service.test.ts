import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { OperationId } from '../../src/contract/types.js';
import { CHECKS, RETRIEVE } from '../../src/verify/checks.js';
import { type Result, runChecks } from '../../src/verify/run.js';
import { contract, responsesOf } from '../support/contract.js';
import { createDatabase } from '../support/postgres.js';
import {
  DEMO_TOKENS,
  type RunningService,
  startDemoService,
  startTestService,
} from '../support/service.js';
import { startProxy } from './proxy.js';

const TOKENS = { token: DEMO_TOKENS.administrator, secondToken: DEMO_TOKENS.noPermission };
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
    results = await run(TOKENS, proxy.url);
    await proxy.close();
  });
  afterAll(() => service.close());

  async function run(
    tokens: Partial<Record<keyof typeof TOKENS, string>>,
    url = service.url,
  ): Promise<readonly Result[]> {
    const { results } = await runChecks({ url, timeoutMs: 10_000, profile: 'contract', ...tokens });
    return results;
  }

  const checks = Object.entries(CHECKS).flatMap(([operationId, byName]) =>
    Object.keys(byName).map((name) => ({ operationId, name })),
  );
  test.each(checks)('$operationId: $name', ({ operationId, name }) => {
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

  // One of each shape: whether the filter `allow_show_password` is to be refused follows from the stage.
  test.each([
    '2023.10',
    '2024.8',
    '2025.8',
    '2025.12',
    '2026.5',
  ] as const)('no check fails on a database of authentik %s', async (release) => {
    const database = await createDatabase(release, { seed: true });
    const other = await startTestService(database.url);
    const outcomes = (await run(TOKENS, other.url)).filter(({ outcome }) => outcome !== 'passed');
    await other.close();
    await database.drop();
    expect(outcomes.map(({ name }) => name)).toEqual(
      UNPROVOKABLE.map((example) => `the response ${example}`),
    );
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
