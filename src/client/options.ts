/** The options of `createClient`, checked so that a mistake shows where it is made. */
import { BASE_PATH } from '../../generated/values.js';

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

/** Sends a request, and aborts it when `init.signal` says so. */
export type Fetch = (request: Request, init: { readonly signal: AbortSignal }) => Promise<Response>;

// The most that a timer takes; a longer one would fire at once.
const MAX_TIMEOUT_MS = 2 ** 31 - 1;
const EXAMPLE = 'such as "https://authentik.example"';

/** The options with their defaults. JavaScript may leave out what the type requires. */
export function readOptions(options: Partial<ClientOptions> | undefined) {
  const { baseUrl, token, timeoutMs = 10_000, retries = 2, fetch = globalThis.fetch } = options ?? {};
  const address = toAddress(baseUrl);
  if (token !== undefined && typeof token !== 'function') assertToken(token);
  assertWhole('timeoutMs', timeoutMs, 1, MAX_TIMEOUT_MS);
  assertWhole('retries', retries, 0, Number.MAX_SAFE_INTEGER);
  return { address, token, timeoutMs, retries, fetch };
}

/** The URL of the contract's base path, without a slash at the end. */
function toAddress(baseUrl: unknown): string {
  if (typeof baseUrl !== 'string') {
    throw new TypeError(`baseUrl is missing. Pass the address of the service, ${EXAMPLE}.`);
  }
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new TypeError(`baseUrl must be a whole http or https URL, ${EXAMPLE}.`);
  }
  if (url.username || url.password || url.search || url.hash) {
    throw new TypeError(`baseUrl must not have a user, password, query or fragment. Pass one ${EXAMPLE}.`);
  }
  const path = url.pathname.replace(/\/+$/, '');
  return url.origin + (path.endsWith(BASE_PATH) ? path : path + BASE_PATH);
}

/** The messages never show the token. */
export function assertToken(token: unknown): asserts token is string {
  if (typeof token !== 'string') {
    throw new TypeError('token must be a string, or a function that returns one. Leave it out to send none.');
  }
  if (/^bearer\s/i.test(token)) {
    throw new TypeError('token must not begin with "Bearer ". Pass the token alone; the client adds the word.');
  }
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new TypeError('token must be ASCII without spaces or line breaks, not empty. Trim it, or copy it again.');
  }
}

function assertWhole(name: string, value: number, minimum: number, maximum: number): void {
  if (Number.isInteger(value) && value >= minimum && value <= maximum) return;
  throw new RangeError(`${name} must be a whole number from ${minimum} to ${maximum}.`);
}
