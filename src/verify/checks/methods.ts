/** Methods other than GET. One that writes goes to a stage that does not exist, and never with a token. */
import type { WireResponse } from '../../contract/response-checker.js';
import type { RunnableCheck, Subject } from '../check.js';
import { expecting } from '../expectation.js';
import { RETRIEVE, stagePath, UNKNOWN_STAGE } from '../paths.js';

const WRITING = ['POST', 'PUT', 'PATCH', 'DELETE'];
const NO_CONTENT = 204;

export const methodChecks: readonly RunnableCheck[] = [
  ...WRITING.map((method) =>
    expecting(RETRIEVE, {
      name: `${method} is refused`,
      probe: (subject) => ({ method, path: stagePath(subject, UNKNOWN_STAGE) }),
      expected: 'post',
      also: allows,
    }),
  ),
  {
    operationId: RETRIEVE,
    name: 'OPTIONS names the methods',
    needs: [],
    async run(subject) {
      const answer = await subject.target({
        method: 'OPTIONS',
        path: stagePath(subject, UNKNOWN_STAGE),
      });
      if (answer.status !== NO_CONTENT) return [`expected ${NO_CONTENT}, got ${answer.status}`];
      return allows(answer, subject);
    },
  },
];

function allows({ headers }: WireResponse, { contract }: Subject): string[] {
  const named = headers.get('Allow') ?? 'none';
  const wanted = contract.allowedMethods.join(', ');
  return sorted(named) === sorted(wanted) ? [] : [`expected Allow: ${wanted}, got ${named}`];
}

function sorted(methods: string): string {
  return methods.split(/ *, */).sort().join();
}
