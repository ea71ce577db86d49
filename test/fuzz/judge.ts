/** Whether responses to hostile requests are ones that the contract knows, and those that were due. */
import { loadContract } from '../../src/contract/contract.js';
import { createResponseChecker, type WireResponse } from '../../src/contract/response-checker.js';
import type { Attack, Outcome } from './attack.js';

const contract = loadContract();
const check = createResponseChecker(contract);
const ALLOW = contract.allowedMethods.join(', ');

/** What is wrong with any outcome, one line each. */
export function judge(
  { responses, hangs, isGarbled }: Outcome,
  { methods, ending }: Attack,
  secrets: readonly string[],
): string[] {
  return [
    ...(hangs ? ['the connection stayed open'] : []),
    ...(responses.length === 0 && ending !== 'reset' ? ['no response at all'] : []),
    ...(isGarbled ? ['what came is no response'] : []),
    // A connection may end with one more, about what never became a request.
    ...(responses.length > methods.length + 1 ? [`${responses.length} responses`] : []),
    ...responses.flatMap((response, index) =>
      judgeResponse(response, methods[index]).map((problem) => `${response.status}: ${problem}`),
    ),
    ...responses
      .filter(({ text }) => secrets.some((secret) => text.includes(secret)))
      .map(({ text }) => `a secret shows: ${text}`),
  ];
}

/** What a shape calls for: one of these rows of statuses, and of a list how many stages it counts. */
export interface Due {
  readonly statuses: readonly (readonly number[])[];
  readonly count?: number;
}

export function judgeDue({ responses }: Outcome, { statuses, count }: Due): string[] {
  const got = responses.map(({ status }) => status).join();
  if (!statuses.some((row) => row.join() === got)) {
    return [`due were ${statuses.map((row) => row.join()).join(' or ')}, got ${got || 'nothing'}`];
  }
  // Or else the next request of the client would be lost.
  if (responses.at(-1)?.headers.get('connection') !== 'close') return ['the end was not announced'];
  if (count === undefined) return [];
  const counted: unknown = JSON.parse(responses[0]?.text ?? '').pagination?.count;
  return counted === count ? [] : [`a list of ${count} was due, got ${counted}`];
}

function judgeResponse(response: WireResponse, method: string | undefined): string[] {
  const { status, headers, text } = response;
  if (status >= 500) return [`an error of the server: ${text}`];
  if (status === 204) return headers.get('allow') === ALLOW ? [] : ['without Allow'];
  if (text === '{"status":"ok"}') return [];
  if (method === 'HEAD' && text === '') return [];
  const [first = [], ...others] = contract.operationIds.map((id) => check(id, response));
  return others.some((problems) => problems.length === 0) ? [] : first;
}
