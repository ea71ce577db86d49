/** What a check is: how to find out whether a deployment keeps one promise of the contract. */
import { STATUS_OF_CODE } from '../../generated/values.js';
import type { Contract } from '../contract/contract.js';
import { createResponseChecker, type WireResponse } from '../contract/response-checker.js';
import type { ErrorCode, OperationId } from '../contract/types.js';
import type { Profile } from './profile.js';

/** Resolves to what is wrong, one line each; empty: nothing. Rejects with NotRun, and when no response comes. */
export type Check = (subject: Subject, operationId: OperationId) => Promise<readonly string[]>;

/** Why a check says nothing about the deployment. */
export class NotRun extends Error {}

/** A deployment, and what whoever checks it can give; what is empty or absent is not given. */
export interface Deployment {
  /** Without the contract's base path and without a slash at the end. */
  readonly url: string;
  readonly timeoutMs: number;
  readonly profile: Profile;
  /** By default the first that `token` may list. */
  stage?: string | undefined;
  /** May view the stage. */
  readonly token?: string | undefined;
  /** May view no stage. */
  readonly secondToken?: string | undefined;
}

/** The options that give what a check needs. */
export const OPTIONS = {
  stage: '--stage, or a --token that may list a stage',
  token: '--token',
  secondToken: '--second-token',
} as const;

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

type Fields = Readonly<Record<string, unknown>>;
/** A body that is no object has no fields. */
export type CheckResponse = WireResponse & { readonly body: Fields };

/** No stage has it, and no authentik gives it out: it is not of version 4. */
export const UNKNOWN_UUID = 'f0e1d2c3-b4a5-1687-8899-aabbccddeeff';

/** What a check looks at. */
export type Subject = ReturnType<typeof createSubject>;
export function createSubject(contract: Contract, deployment: Deployment) {
  function given(name: keyof typeof OPTIONS): string {
    const value = deployment[name];
    if (!value) throw new NotRun(`needs ${OPTIONS[name]}`);
    return value;
  }

  async function send(operationId: OperationId, request: CheckRequest = {}): Promise<CheckResponse> {
    const { method = 'GET', stage = UNKNOWN_UUID, rest = '', as, headers } = request;
    const authorization = as && { Authorization: `Bearer ${given(as)}` };
    const uuid = typeof stage === 'string' ? stage : stage(given('stage'));
    const path = contract.pathOf(operationId).replace('{stage_uuid}', encodeURIComponent(uuid));
    try {
      const response = await fetch(deployment.url + contract.basePath + path + rest, {
        method,
        headers: { ...headers, ...authorization },
        redirect: 'manual',
        signal: AbortSignal.timeout(deployment.timeoutMs),
      });
      const text = await response.text();
      const body = Object(await new Response(text).json().catch(() => ({})));
      return { status: response.status, headers: response.headers, text, body };
    } catch (error) {
      // `fetch` and `AbortSignal` throw nothing but errors.
      const { name, message, cause } = error as Error & { cause?: NodeJS.ErrnoException };
      if (name === 'TimeoutError') throw new Error(`no response in ${deployment.timeoutMs / 1000} s`);
      // `fetch` itself only says that it failed; of several addresses tried, Node gives no message but a code.
      throw new Error(`no response: ${(cause?.message || cause?.code || message).trim()}`);
    }
  }

  return { contract, deployment, checkResponse: createResponseChecker(contract), send };
}

export type Also = (response: CheckResponse, ...about: Parameters<Check>) => ReturnType<Check> | readonly string[];

/** A check that sends one request; `also` says what else is wrong with a response of the expected status. */
export function expecting(expected: number | ErrorCode, request?: CheckRequest, also: Also = () => []): Check {
  const [status, code] = typeof expected === 'number' ? [expected] : [STATUS_OF_CODE[expected], expected];
  return async (subject, operationId) => {
    const response = await subject.send(operationId, request);
    const wanted = describe(status, code);
    const came = describe(response.status, response.body.code);
    return [
      ...(response.status === status ? await also(response, subject, operationId) : []),
      ...(came === wanted ? [] : [`expected ${wanted}, got ${came}`]),
      ...subject.checkResponse(operationId, response),
    ];
  };
}

function describe(status: number, code: unknown): string {
  if (status < 400) return `${status}`;
  return `${status} ${typeof code === 'string' ? code : 'without a code'}`;
}

/** The objects in an array of this name; none for anything else. */
export function objectsIn(body: Fields, name: string): Fields[] {
  const items = body[name];
  return Array.isArray(items) ? items.map((item) => Object(item)) : [];
}
