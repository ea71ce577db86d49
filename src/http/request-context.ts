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

const contexts = new WeakMap<IncomingMessage, RequestContext>();

export function contextOf(request: IncomingMessage): RequestContext {
  let context = contexts.get(request);
  if (!context) {
    context = { id: randomUUID(), startedAt: performance.now() };
    contexts.set(request, context);
  }
  return context;
}
