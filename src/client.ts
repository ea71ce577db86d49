/** The typed client of the contract, for Node and browsers. */
import createFetchClient, { type Client } from 'openapi-fetch';
import type { PasswordStage } from '../generated/schemas.js';
import { createCall, type Fetch } from './client/call.js';
import { assertToken, toAddress } from './client/options.js';
import { parse, toResult } from './client/response.js';
import { iterate, type StageQuery } from './client/stages.js';
import type { Body, ConditionalInit, Init, NotModified, Path, Result } from './client/types.js';

export type * from '../generated/schemas.js';
export type { Fetch } from './client/call.js';
export { type StageQuery, StagesError } from './client/stages.js';
export type { NotModified, Result, UnexpectedResponse } from './client/types.js';
export type { ErrorBody, ErrorCode, Flow } from './contract/types.js';

export interface ClientOptions {
  /** The address of the service, such as `https://authentik.example`, with or without the base path `/api/v3`. */
  readonly baseUrl: string;
  /** An API token of authentik, without `Bearer`. Without a token, every call is `not_authenticated`. */
  readonly token?: Token | undefined;
  /** Milliseconds for a whole call, retries included; then it rejects with a `TimeoutError`. Default: 10,000. */
  readonly timeoutMs?: number;
  /**
   * How often a call that got 503 is repeated, each time after the `Retry-After` of the response. A wait that would
   * outlast `timeoutMs` is not begun: the 503 is the result. Default: 2; 0 switches retries off.
   */
  readonly retries?: number;
  /** Sends a request and obeys `init.signal`. Default: the global `fetch`. */
  readonly fetch?: Fetch;
}

/** A function is called once for each call; what it throws rejects the call. */
export type Token = string | (() => string | Promise<string>);

/**
 * A call resolves to `{ data, response }` or `{ error, response }`, whatever the status. It rejects when there is no
 * response: the network failed, time ran out, or `signal` aborted it.
 */
export interface StagesClient extends Pick<Client<Record<never, never>>, 'use' | 'eject'> {
  /** Calls an operation. With `If-None-Match`, the result may also be a 304 without `data` and `error`. */
  GET<P extends Path>(path: P, init: ConditionalInit<P>): Promise<Result<Body<P>> | NotModified>;
  /** Calls an operation. */
  GET<P extends Path>(path: P, ...init: Init<P>): Promise<Result<Body<P>>>;
  /**
   * Iterates over all stages that the caller may see: `for await (const stage of client.stages()) …`. Each page is a
   * call of its own, with deadline and retries; one page is held at a time. Throws a `StagesError` for an error, and
   * what a call rejects with. While others create or delete stages, one may come twice or be missed.
   */
  stages(
    query?: StageQuery,
    options?: { readonly signal?: AbortSignal },
  ): AsyncGenerator<PasswordStage, void, undefined>;
}

/** Throws a `TypeError` or `RangeError` that says what to do when an option cannot be used. */
export function createClient(options: ClientOptions): StagesClient {
  // JavaScript may leave out what the type requires.
  const given: Partial<ClientOptions> = options ?? {};
  const { baseUrl, token, timeoutMs = 10_000, retries = 2, fetch = globalThis.fetch } = given;
  const address = toAddress(baseUrl);
  if (token !== undefined && typeof token !== 'function') assertToken(token);

  // Bodies are unknown until they have been looked at.
  const client = createFetchClient<Record<string, { get: { responses: Record<never, never> } }>>({
    baseUrl: address,
    fetch: createCall({ timeoutMs, retries, fetch }),
  });
  if (token !== undefined) {
    client.use({
      async onRequest({ request }) {
        const value = typeof token === 'function' ? await token() : token;
        assertToken(value);
        request.headers.set('Authorization', `Bearer ${value}`);
      },
    });
  }

  function GET<P extends Path>(p: P, i: ConditionalInit<P>): Promise<Result<Body<P>> | NotModified>;
  function GET<P extends Path>(p: P, ...i: Init<P>): Promise<Result<Body<P>>>;
  async function GET<P extends Path>(path: P, init: object = {}): Promise<Result<Body<P>> | NotModified> {
    const { data, error, response } = await client.GET(path, { ...init, parseAs: 'text' });
    return toResult(path, response.ok ? parse(data) : error, response, address + path);
  }

  return {
    GET,
    stages: (query, { signal } = {}) =>
      iterate((page) =>
        GET('/stages/password/', {
          params: { query: { ...query, page: String(page) } },
          signal: signal ?? null,
        }),
      ),
    use: client.use,
    eject: client.eject,
  };
}
