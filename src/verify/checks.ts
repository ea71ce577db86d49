/** All checks, in the order in which they are run and reported. */
import type { Contract } from '../contract/contract.js';
import type { Check, UnprovokableCheck } from './check.js';
import { conditionalChecks } from './checks/conditional.js';
import { credentialChecks } from './checks/credentials.js';
import { listChecks } from './checks/list.js';
import { methodChecks } from './checks/methods.js';
import { requestChecks } from './checks/requests.js';
import { stageChecks } from './checks/stage.js';
import { examplesOf } from './examples.js';
import { LIST, listing, RETRIEVE, retrieving } from './paths.js';

/** By the name of the example that shows the answer. */
const UNPROVOKABLE: Readonly<Record<string, string>> = {
  'slow-request': 'only a client that is too slow gets this answer',
  'internal-error': 'only a fault of the server brings this answer about',
  unavailable: 'only a database that is away brings this answer about',
};

export function createChecks(contract: Contract): Check[] {
  return [
    ...exampleChecks(contract),
    ...stageChecks,
    ...conditionalChecks(RETRIEVE, ['token', 'stage'], (subject) =>
      retrieving(subject, subject.given.stage),
    ),
    ...requestChecks,
    ...credentialChecks,
    ...methodChecks,
    ...listChecks,
    ...conditionalChecks(LIST, ['token'], (subject) => listing(subject)),
    ...Object.entries(UNPROVOKABLE).map(
      ([name, unprovokable]): UnprovokableCheck => ({
        operationId: RETRIEVE,
        name: `the answer ${name}`,
        unprovokable,
      }),
    ),
  ];
}

function exampleChecks(contract: Contract): Check[] {
  return contract.operationIds.map((operationId) => ({
    operationId,
    name: "the contract's own examples fit it",
    needs: [],
    run: async ({ checkAnswer }) =>
      examplesOf(contract, operationId).flatMap(({ name, answer }) =>
        checkAnswer(operationId, answer).map((problem) => `${name}: ${problem}`),
      ),
  }));
}
