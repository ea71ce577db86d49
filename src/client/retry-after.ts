/** Reads how long an answer asks to wait. */

const DEFAULT_DELAY_MS = 1000;

/** Milliseconds; a second for a header that is absent or says nothing (RFC 9110, 10.2.3: seconds or a date). */
export function retryDelayMs(retryAfter: string | null, now = Date.now()): number {
  if (retryAfter === null) return DEFAULT_DELAY_MS;
  const delayMs = /^\d+$/.test(retryAfter)
    ? Number(retryAfter) * 1000
    : Date.parse(retryAfter) - now;
  return Number.isNaN(delayMs) ? DEFAULT_DELAY_MS : Math.max(0, delayMs);
}
