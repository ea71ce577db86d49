/** The typed client of the contract, for Node and browsers. */
import createFetchClient, { type Client } from 'openapi-fetch';
import type { PasswordStage } from '../generated/schemas.js';
import { createCall } from './client/call.js';
import { assertToken, type ClientOptions, readOptions } from './client/options.js';
import { StagesError, toResult } from './client/response.js';
import type { Body, ConditionalInit, Init, NotModified, Path, Result, StageQuery } from './client/types.js';

export type * from '../generated/schemas.js';
export type { ClientOptions, Fetch, Token } from './client/options.js';
export { StagesError } from './client/response.js';
export type { NotModified, Result, StageQuery, UnexpectedResponse } from './client/types.js';
export type { ErrorBody, ErrorCode, Flow } from './contract/types.js';

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
  stages(query?: StageQuery, options?: Pick<RequestInit, 'signal'>): AsyncGenerator<PasswordStage, void, undefined>;
}

/** Throws a `TypeError` or `RangeError` that says what to do when an option cannot be used. */
export function createClient(options: ClientOptions): StagesClient {
  const { address, token, ...others } = readOptions(options);
  // Bodies are unknown until they have been looked at.
  const client = createFetchClient<Record<string, { get: { responses: Record<never, never> } }>>({
    baseUrl: address,
    fetch: createCall(others),
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

  async function GET<P extends Path>(path: P, init: object = {}): Promise<Result<Body<P>>> {
    const { data, error, response } = await client.GET(path, { ...init, parseAs: 'text' });
    return toResult(path, data ?? error, response, address + path);
  }

  return {
    GET,
    async *stages(query, { signal = null } = {}) {
      for (let page = 0, next = 1; next > page; ) {
        page = next;
        const params = { query: { ...query, page: String(page) } };
        const { data, error, response } = await GET('/stages/password/', { params, signal });
        // Stages were deleted in the meantime, and this page no longer exists.
        if (error?.code === 'not_found' && page > 1) return;
        if (error) throw new StagesError(error, response);
        yield* data.results;
        next = data.pagination.next;
      }
    },
    use: client.use,
    eject: client.eject,
  };
}
