/** Whether answers to hostile requests are ones that the contract knows. */

import { loadContract } from '../../src/contract/contract.js';
import { createResponseChecker, type WireResponse } from '../../src/contract/response-checker.js';
import type { Outcome } from './attack.js';
import type { HostileRequest } from './hostile-request.js';

const contract = loadContract();
const check = createResponseChecker(contract);
const ALLOW = contract.allowedMethods.join(', ');

/** What is wrong, one line each. */
export function judge(
  outcome: Outcome,
  requests: readonly HostileRequest[],
  secrets: readonly string[],
): string[] {
  const { answers, hangs, isGarbled } = outcome;
  return [
    ...(hangs ? ['nothing came, and the connection stayed open'] : []),
    ...(isGarbled ? ['what came is no answer'] : []),
    // A connection may end with one more, about what never became a request.
    ...(answers.length > requests.length + 1 ? [`${answers.length} answers`] : []),
    ...answers.flatMap((answer, index) =>
      judgeAnswer(answer, requests[index]?.method).map((problem) => `${answer.status}: ${problem}`),
    ),
    ...answers
      .filter(({ text }) => secrets.some((secret) => text.includes(secret)))
      .map(({ text }) => `a secret shows: ${text}`),
  ];
}

function judgeAnswer(answer: WireResponse, method: string | undefined): string[] {
  const { status, headers, text } = answer;
  if (status >= 500) return [`an error of the server: ${text}`];
  if (status === 204) return headers.get('allow') === ALLOW ? [] : ['without Allow'];
  if (text === '{"status":"ok"}') return [];
  if (method === 'HEAD' && text === '') return [];
  const [first = [], ...others] = contract.operationIds.map((id) => check(id, answer));
  return others.some((problems) => problems.length === 0) ? [] : first;
}
