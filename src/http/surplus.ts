/** Answers the requests for which there is no room, without taking the time of those that were let in. */
import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { toHttpError } from './errors.js';
import type { RefusalOptions } from './refusal.js';

export interface Surplus {
  add(response: ServerResponse): void;
  /** Those that have no answer yet. */
  readonly waiting: ReadonlySet<ServerResponse>;
}

export interface SurplusOptions extends RefusalOptions {
  /** A client that sends without waiting for answers is cut off when this many have gathered. */
  readonly maxWaiting: number;
}

// A client sends its next request after its answer, so that slow answers keep the surplus from coming faster than
// there is time to read it, which takes about as long again, beside the work on the other requests.
const SHARE_OF_TIME = 0.05;
const MIN_ANSWERS = 4;

export function createSurplus({ logger, onRefusal, maxWaiting }: SurplusOptions): Surplus {
  const waiting = new Set<ServerResponse>();
  let restedAt = 0;
  const { status, body, retryAfter = 0 } = toHttpError('service_unavailable', []);
  const text = JSON.stringify(body);
  const headers = [
    ...['Content-Type', 'application/json', 'Content-Length', String(Buffer.byteLength(text))],
    ...['Cache-Control', 'no-store', 'X-Content-Type-Options', 'nosniff'],
    ...['Retry-After', String(retryAfter)],
  ];

  /** Once in each turn of the event loop. */
  function answerSome(): void {
    const startedAt = performance.now();
    const deadline = startedAt + SHARE_OF_TIME * (startedAt - restedAt);
    let answered = 0;
    for (const response of waiting) {
      if (answered >= MIN_ANSWERS && performance.now() > deadline) break;
      waiting.delete(response);
      answer(response);
      answered += 1;
    }
    restedAt = performance.now();
    if (waiting.size > 0) setImmediate(answerSome);
  }

  /** Cheaper than one header after the other. */
  function answer(response: ServerResponse): void {
    const id = randomUUID();
    logger.info({ id, status }, 'refused');
    onRefusal?.(status);
    response.writeHead(status, ['X-Request-Id', id, ...headers]);
    response.end(text);
  }

  return {
    add(response) {
      if (waiting.size >= maxWaiting) {
        // The answer's own `socket` is missing as long as others are before it on the connection.
        response.req.socket.destroy();
        return;
      }
      if (waiting.size === 0) {
        restedAt = performance.now();
        setImmediate(answerSome);
      }
      waiting.add(response);
    },
    waiting,
  };
}
