/** What the server knows about a request beside the request itself. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Principal } from '../domain/access.js';

export interface RequestContext {
  readonly id: string;
  readonly startedAt: number;
  principal?: Principal;
  /** What went wrong, for the log. */
  failure?: unknown;
}

const CONTEXT = Symbol('context');

declare module 'node:http' {
  interface IncomingMessage {
    [CONTEXT]?: RequestContext;
  }
}

export function contextOf(request: IncomingMessage): RequestContext {
  request[CONTEXT] ??= { id: randomUUID(), startedAt: performance.now() };
  return request[CONTEXT];
}
