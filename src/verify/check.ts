/** What a check is: one promise of the contract, and how to find out whether a deployment keeps it. */
import type { Contract } from '../contract/contract.js';
import { createResponseChecker, type WireResponse } from '../contract/response-checker.js';
import type { OperationId } from '../contract/types.js';

export interface Check {
  readonly operationId: OperationId;
  /** Says the promise; unique among the checks of an operation. */
  readonly name: string;
  /** Resolves to what is wrong, one line each; empty: the promise is kept. Rejects with a CheckStopped. */
  readonly run: (subject: Subject) => Promise<readonly string[]>;
}

/** Ends a check at once; the message says why. */
export class CheckStopped extends Error {
  override readonly name = 'CheckStopped';

  constructor(
    readonly outcome: 'failed' | 'not run',
    message: string,
  ) {
    super(message);
  }
}

/** What whoever runs the checks may or may not be able to give. */
export interface Given {
  stage?: string | undefined;
  /** May view the stage. */
  readonly token?: string | undefined;
  /** May view no stage. */
  readonly secondToken?: string | undefined;
}

const MISSING: Readonly<Record<keyof Given, string>> = {
  token: 'needs --token',
  secondToken: 'needs --second-token',
  stage: 'needs --stage, or a --token that may list a stage',
};

/** A request for an operation: by default a GET without a token, for a stage that does not exist. */
export interface CheckRequest {
  readonly method?: string;
  /** Made from the stage that was given. */
  readonly stage?: string | ((given: string) => string);
  /** What follows the path of the operation. */
  readonly rest?: string;
  readonly as?: 'token' | 'secondToken';
  readonly headers?: Readonly<Record<string, string>>;
}

/** No stage has it, and no authentik gives it out: it is not of version 4. */
export const UNKNOWN_UUID = 'f0e1d2c3-b4a5-1687-8899-aabbccddeeff';

/** What a check looks at: the deployment at `address`, which ends with the contract's base path. */
export type Subject = ReturnType<typeof createSubject>;
export function createSubject(contract: Contract, address: string, timeoutMs: number, given: Given) {
  function needed(what: keyof Given): string {
    const value = given[what];
    if (value === undefined) throw new CheckStopped('not run', MISSING[what]);
    return value;
  }

  /** Rejects with a CheckStopped when there is no response, or when the request needs what was not given. */
  async function send(operationId: OperationId, request: CheckRequest = {}): Promise<WireResponse> {
    const { method = 'GET', stage = UNKNOWN_UUID, rest = '', as, headers } = request;
    const authorization = as && { Authorization: `Bearer ${needed(as)}` };
    const uuid = typeof stage === 'string' ? stage : stage(needed('stage'));
    const path = contract.pathOf(operationId).replace('{stage_uuid}', encodeURIComponent(uuid));
    try {
      const response = await fetch(address + path + rest, {
        method,
        headers: { ...headers, ...authorization },
        redirect: 'manual',
        signal: AbortSignal.timeout(timeoutMs),
      });
      return { status: response.status, headers: response.headers, text: await response.text() };
    } catch (error) {
      // `fetch` and `AbortSignal` throw nothing but errors.
      const { name, message, cause } = error as Error & { cause?: NodeJS.ErrnoException };
      // `fetch` itself only says that it failed; of several addresses tried, Node gives no message but a code.
      const reason = `no response: ${cause?.message || cause?.code || message}`;
      throw new CheckStopped('failed', name === 'TimeoutError' ? `no response in ${timeoutMs / 1000} s` : reason);
    }
  }

  return { contract, checkResponse: createResponseChecker(contract), given, send };
}

/** A status of success, or the name of the contract's example that shows the error. */
type Expected = number | string;

/** Makes checks that send one request; `also` says what else is wrong with the expected response. */
export function expecting(operationId: OperationId) {
  type Also = (response: WireResponse, subject: Subject) => string[] | Promise<string[]>;
  return (name: string, expected: Expected, request?: CheckRequest, also?: Also): Check => ({
    operationId,
    name,
    async run(subject) {
      const response = await subject.send(operationId, request);
      const isExpected = response.status === exampleOf(subject, operationId, expected).status;
      const further = isExpected && also ? await also(response, subject) : [];
      return [...further, ...differences(subject, operationId, expected, response)];
    },
  });
}

/** Nothing for the expected response in the form of the contract. */
export function differences(subject: Subject, id: OperationId, expected: Expected, response: WireResponse): string[] {
  const wanted = describe(exampleOf(subject, id, expected));
  const came = describe(response);
  return [...(came === wanted ? [] : [`expected ${wanted}, got ${came}`]), ...subject.checkResponse(id, response)];
}

type StatusAndBody = Pick<WireResponse, 'status' | 'text'>;

function exampleOf({ contract }: Subject, id: OperationId, expected: Expected): StatusAndBody {
  if (typeof expected === 'number') return { status: expected, text: '' };
  for (const [status, { content }] of Object.entries(contract.operationOf(id).responses)) {
    const example = content?.['application/json']?.examples?.[expected];
    if (example) return { status: Number(status), text: JSON.stringify(example.value) };
  }
  throw new Error(`The contract has no example ${expected}.`);
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

/** The objects in an array of this name; none for anything else. */
export function objectsIn(body: object, name: string): Readonly<Record<string, unknown>>[] {
  const items: unknown = Object(body)[name];
  return Array.isArray(items) ? items.map((item) => Object(item)) : [];
}
