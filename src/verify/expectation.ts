/** Compares an answer with the status and code that a check expects, and with the contract. */
import type { WireResponse } from '../contract/response-checker.js';
import type { OperationId } from '../contract/types.js';
import type { Need, RunnableCheck, Subject } from './check.js';
import { examplesOf } from './examples.js';
import type { Probe } from './target.js';

/** A status of success, or the name of the contract's example that shows the error. */
export type Expected = number | string;

export interface Expectation {
  readonly name: string;
  readonly needs?: readonly Need[];
  readonly probe: (subject: Subject) => Probe;
  readonly expected: Expected;
  /** What else must be right about the expected answer. */
  readonly also?: (answer: WireResponse, subject: Subject) => readonly string[];
}

/** A check that sends one request. */
export function expecting(
  operationId: OperationId,
  { name, needs = [], probe, expected, also }: Expectation,
): RunnableCheck {
  return {
    operationId,
    name,
    needs,
    async run(subject) {
      const answer = await subject.target(probe(subject));
      const isExpected = answer.status === answerFor(subject, operationId, expected).status;
      return [
        ...differences(subject, operationId, expected, answer),
        ...(isExpected ? (also?.(answer, subject) ?? []) : []),
      ];
    },
  };
}

/** Nothing for the expected answer in the form of the contract. */
export function differences(
  subject: Subject,
  operationId: OperationId,
  expected: Expected,
  answer: WireResponse,
): string[] {
  const wanted = describe(answerFor(subject, operationId, expected));
  const came = describe(answer);
  return [
    ...(came === wanted ? [] : [`expected ${wanted}, got ${came}`]),
    ...subject.checkAnswer(operationId, answer),
  ];
}

type StatusAndBody = Pick<WireResponse, 'status' | 'text'>;

function answerFor(
  { contract }: Subject,
  operationId: OperationId,
  expected: Expected,
): StatusAndBody {
  if (typeof expected === 'number') return { status: expected, text: '' };
  const found = examplesOf(contract, operationId).find(({ name }) => name === expected);
  if (!found) throw new Error(`The contract has no example ${expected}.`);
  return found.answer;
}

function describe({ status, text }: StatusAndBody): string {
  if (status < 400) return String(status);
  const { code } = parsed(text);
  return typeof code === 'string' ? `${status} ${code}` : `${status} without a code`;
}

/** The fields of a body; none for what is no object. */
export function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}
