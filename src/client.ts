/** The typed client of the contract, for Node and browsers. */
import createOpenapiFetch, { type Client } from 'openapi-fetch';
import type { paths } from '../generated/api.js';
import { BASE_PATH } from '../generated/base-path.js';

export type {
  Answer,
  ErrorBody,
  ErrorCode,
  Flow,
  GenericError,
  OperationId,
  PasswordStage,
  ValidationError,
} from './contract/types.js';

export interface ClientOptions {
  /** Where the service is, such as `https://authentik.example`: everything before the contract's own base path. */
  readonly baseUrl: string;
  /** The API token. A function is asked once for each call. Without a token every answer is a 403. */
  readonly token?: Token;
  /** What sends the requests. Default: the global `fetch`. */
  readonly fetch?: Fetch;
}

export type Token = string | (() => string | Promise<string>);
export type Fetch = (request: Request) => Promise<Response>;
export type StagesClient = Client<paths>;

/** A client whose calls resolve to `{ data }` or `{ error }` and reject only when there was no answer. */
export function createClient({ baseUrl, token, fetch }: ClientOptions): StagesClient {
  const client = createOpenapiFetch<paths>({
    baseUrl: `${baseUrl.replace(/\/+$/, '')}${BASE_PATH}`,
    ...(fetch && { fetch }),
  });
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
