/** Aborts a request when its time is up or when its caller says so, whichever comes first. */

export interface Deadline {
  readonly signal: AbortSignal;
  /** Milliseconds until the time is up. */
  leftMs(): number;
  /** Rejects with the signal's reason when that comes first. */
  wait(delayMs: number): Promise<void>;
  /** To be called when the request is over. */
  clear(): void;
}

/**
 * Not `AbortSignal.any`: Node 20 loses it, and the signal of a request that nobody holds, to the garbage collector.
 * The timer holds both until `clear`.
 */
export function createDeadline(request: Request, timeoutMs: number): Deadline {
  const controller = new AbortController();
  const { signal } = controller;
  const endsAt = performance.now() + timeoutMs;
  const onAbort = () => controller.abort(request.signal.reason);
  const timer = setTimeout(() => {
    controller.abort(new DOMException(`No answer within ${timeoutMs} ms.`, 'TimeoutError'));
  }, timeoutMs);
  request.signal.addEventListener('abort', onAbort);
  if (request.signal.aborted) onAbort();

  return {
    signal,
    leftMs: () => endsAt - performance.now(),
    wait: (delayMs) =>
      new Promise((resolve, reject) => {
        const onEnd = () => {
          clearTimeout(waiting);
          reject(signal.reason);
        };
        const waiting = setTimeout(() => {
          signal.removeEventListener('abort', onEnd);
          resolve();
        }, delayMs);
        signal.addEventListener('abort', onEnd);
        if (signal.aborted) onEnd();
      }),
    clear() {
      clearTimeout(timer);
      request.signal.removeEventListener('abort', onAbort);
    },
  };
}
