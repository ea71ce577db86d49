/** The typed client of the contract, for Node and browsers. */
import createFetchClient, { type Client } from 'openapi-fetch';
import { BASE_PATH } from '../generated/base-path.js';
import { createCall, type Fetch } from './client/call.js';
import type { ClientPaths } from './client/paths.js';
import { replaceForeignError } from './client/unexpected-answer.js';

export type { BackendsEnum, FlowSet, PasswordStage } from '../generated/api.js';
export type { Fetch } from './client/call.js';
export type { UnexpectedAnswer } from './client/unexpected-answer.js';
export type { ErrorBody, ErrorCode, GenericError, ValidationError } from './contract/types.js';

export interface ClientOptions {
  /** Where the service is, such as `https://authentik.example`: what stands before the contract's own base path. */
  readonly baseUrl: string;
  /** An API token of authentik, without `Bearer`. Left out, every answer is `not_authenticated`. */
  readonly token?: Token;
  /** Milliseconds for a whole call, its retries included; then it rejects with a `TimeoutError`. Default: 10,000. */
  readonly timeoutMs?: number;
  /**
   * How often a call is repeated that got 503, each time after the `Retry-After` of the answer. A wait that would
   * outlast `timeoutMs` is not begun: the 503 is the result. Default: 2; 0 switches retries off.
   */
  readonly retries?: number;
  /** Sends a request and obeys `init.signal`. Default: the global `fetch`. */
  readonly fetch?: Fetch;
}

/** A function is asked once for each call; what it throws rejects the call. */
export type Token = string | (() => string | Promise<string>);

/**
 * A call resolves to `{ data, response }` or `{ error, response }`, whatever the status, and `error.code` tells
 * the errors apart. It rejects when there is no answer: the network failed, time ran out, or `signal` aborted it.
 */
export type StagesClient = Client<ClientPaths>;

const DEFAULT_TIMEOUT_MS = 10_000;
const DEFAULT_RETRIES = 2;

/** Throws a `RangeError` for a `timeoutMs` or `retries` that cannot be kept. */
export function createClient({
  baseUrl,
  token,
  timeoutMs = DEFAULT_TIMEOUT_MS,
  retries = DEFAULT_RETRIES,
  fetch = globalThis.fetch,
}: ClientOptions): StagesClient {
  const client = createFetchClient<ClientPaths>({
    baseUrl: baseUrl.replace(/\/+$/, '') + BASE_PATH,
    fetch: createCall({ timeoutMs, retries, fetch }),
  });
  client.use({ onResponse: ({ response }) => replaceForeignError(response) });
  if (token !== undefined) {
    client.use({
      async onRequest({ request }) {
        const value = typeof token === 'function' ? await token() : token;
        request.headers.set('Authorization', `Bearer ${value}`);
      },
    });
  }
  return client;
}
