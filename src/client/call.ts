/** One call: a request, its retries, and the deadline over all of them. */
import type { ClientOptions } from './options.js';

const SERVICE_UNAVAILABLE = 503;
const DEFAULT_DELAY_MS = 1000;

/** Takes the place of `fetch`: resolves when the whole response has arrived. */
export function createCall({ timeoutMs, retries, fetch }: Required<Omit<ClientOptions, 'baseUrl' | 'token'>>) {
  return async (request: Request): Promise<Response> => {
    // Not `AbortSignal.any`: Node 20 loses it, and the signal of a request that nobody holds, to the garbage collector.
    // The timer holds both.
    const controller = new AbortController();
    const { signal } = controller;
    const endsAt = performance.now() + timeoutMs;
    const timer = setTimeout(() => {
      controller.abort(new DOMException(`No response within ${timeoutMs} ms.`, 'TimeoutError'));
    }, timeoutMs);
    const onAbort = () => controller.abort(request.signal.reason);
    request.signal.addEventListener('abort', onAbort);
    if (request.signal.aborted) onAbort();
    try {
      for (let left = retries; ; left -= 1) {
        const response = await received(await fetch(request, { signal }));
        if (response.status !== SERVICE_UNAVAILABLE || left === 0) return response;
        const delayMs = retryDelayMs(response.headers.get('Retry-After'));
        if (delayMs >= endsAt - performance.now()) return response;
        await wait(delayMs, signal);
      }
    } finally {
      clearTimeout(timer);
      request.signal.removeEventListener('abort', onAbort);
    }
  };
}

/** Milliseconds; a second for a header that is absent or says nothing (RFC 9110, 10.2.3: seconds or a date). */
export function retryDelayMs(retryAfter: string | null, now = Date.now()): number {
  const text = retryAfter ?? '';
  const delayMs = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now;
  return Number.isNaN(delayMs) ? DEFAULT_DELAY_MS : Math.max(0, delayMs);
}

/** Rejects with the signal's reason when that comes first. */
function wait(delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const timer = setTimeout(resolve, delayMs);
    // Stays after the wait: the signal ends with its call.
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}

/**
 * The same response with its body at hand, so that the deadline covers the body too. A 304 may have no body, not even
 * the empty one that Chromium gives it.
 */
async function received(response: Response): Promise<Response> {
  const body = await response.arrayBuffer();
  return new Response(body.byteLength > 0 ? body : null, response);
}
