/** One call: a request, its retries, and the deadline over all of them. */
import { createDeadline, type Deadline } from './deadline.js';
import { retryDelayMs } from './retry-after.js';

export type Fetch = (request: Request, init: { readonly signal: AbortSignal }) => Promise<Response>;

export interface CallOptions {
  readonly timeoutMs: number;
  readonly retries: number;
  readonly fetch: Fetch;
}

// What a timer takes; a longer one would fire at once.
const MAX_TIMEOUT_MS = 2 ** 31 - 1;
const SERVICE_UNAVAILABLE = 503;

/** Takes the place of `fetch`: resolves when the whole answer has arrived. */
export function createCall({ timeoutMs, retries, fetch }: CallOptions) {
  assertWhole('timeoutMs', timeoutMs, 1, MAX_TIMEOUT_MS);
  assertWhole('retries', retries, 0, Number.MAX_SAFE_INTEGER);

  async function attempt(request: Request, deadline: Deadline, left: number): Promise<Response> {
    const response = await received(await fetch(request, { signal: deadline.signal }));
    if (response.status !== SERVICE_UNAVAILABLE || request.method !== 'GET' || left === 0)
      return response;
    const delayMs = retryDelayMs(response.headers.get('Retry-After'));
    if (delayMs >= deadline.leftMs()) return response;
    await deadline.wait(delayMs);
    return attempt(request, deadline, left - 1);
  }

  return async (request: Request): Promise<Response> => {
    const deadline = createDeadline(request, timeoutMs);
    try {
      return await attempt(request, deadline, retries);
    } finally {
      deadline.clear();
    }
  };
}

/**
 * The same answer with its body at hand, so that the deadline covers the body too. A 304 may have no body, not even
 * the empty one that Chromium gives it.
 */
async function received(response: Response): Promise<Response> {
  const body = await response.arrayBuffer();
  return new Response(body.byteLength > 0 ? body : null, response);
}

function assertWhole(name: string, value: number, minimum: number, maximum: number): void {
  if (Number.isInteger(value) && value >= minimum && value <= maximum) return;
  throw new RangeError(`${name} must be a whole number from ${minimum} to ${maximum}.`);
}
