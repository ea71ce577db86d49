/** What is known of a request: its id, its caller, its error; one log line and one count when its response is over. */
import { randomUUID } from 'node:crypto';
import type { RequestHandler } from 'express';
import type { Logger } from 'pino';
import type { Principal } from '../domain/access.js';
import type { OperationError } from '../domain/errors.js';
import { isTerminal } from '../log.js';
import { commonHeaders } from './errors.js';
import type { Metrics } from './metrics.js';

export interface RequestContext {
  /** Also in the response, as X-Request-Id. */
  readonly id: string;
  /** As the client sent it; HEAD is routed as GET. */
  readonly method: string | undefined;
  /** Who sends the request; rejects for callers who may see nothing. Undefined before authentication. */
  caller?: Promise<Principal>;
  /** Known once `caller` has resolved. */
  userId?: number;
  /** What the response reports instead of a result. */
  error?: OperationError;
}

declare module 'node:http' {
  interface IncomingMessage {
    /** Set by the first step of the pipeline. */
    context: RequestContext;
  }
}

/**
 * Paths and queries can hold secrets, and paths are without bound: only the route of the contract is logged, and on a
 * terminal the path of what was not found. Probes and files of the reference page that succeed would fill the log.
 */
export function recordRequests(logger: Logger, metrics: Metrics | undefined): RequestHandler {
  return (request, response, next) => {
    const startedAt = performance.now();
    const context: RequestContext = { id: randomUUID(), method: request.method };
    request.context = context;
    for (const [name, value] of Object.entries(commonHeaders(context.id))) response.setHeader(name, value);
    response.on('close', () => {
      const { statusCode: status } = response;
      const ms = performance.now() - startedAt;
      metrics?.countRequest(request.openapi?.schema.operationId, status, ms / 1000);
      const isPage = status < 400 && !request.openapi && context.method !== 'OPTIONS';
      const level = status >= 500 ? 'error' : isPage ? 'debug' : 'info';
      if (!logger.isLevelEnabled(level)) return;
      const fields = {
        id: context.id,
        method: context.method,
        route: request.openapi?.openApiRoute,
        ...(isTerminal && status === 404 && { path: request.path }),
        status,
        code: context.error?.code,
        ms: Math.round(ms * 100) / 100,
        userId: context.userId,
        ...(status >= 500 && { err: context.error }),
        ...(!response.writableFinished && { aborted: true }),
      };
      logger[level](fields, 'request');
    });
    next();
  };
}
