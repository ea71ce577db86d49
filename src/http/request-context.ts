/** What the server knows about a request beside the request itself. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Principal } from '../domain/access.js';

export interface RequestContext {
  /** Also in the response, as X-Request-Id. */
  readonly id: string;
  readonly startedAt: number;
  /** As the client sent it; HEAD is routed as GET. */
  readonly method: string | undefined;
  /** Who sends the request; rejects for callers who may see nothing. Undefined before authentication. */
  caller?: Promise<Principal>;
  /** Known once `caller` has resolved; for the log. */
  userId?: number;
  /** What the response reports instead of a result; for the log. */
  error?: unknown;
}

const CONTEXT = Symbol('context');

declare module 'node:http' {
  interface IncomingMessage {
    [CONTEXT]?: RequestContext;
  }
}

export function contextOf(request: IncomingMessage): RequestContext {
  request[CONTEXT] ??= {
    id: randomUUID(),
    startedAt: performance.now(),
    method: request.method,
  };
  return request[CONTEXT];
}
