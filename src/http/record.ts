/** Gives each request its id, and writes one log line and one count for it when its response is over. */
import type { RequestHandler } from 'express';
import type { Logger } from 'pino';
import { isTerminal } from '../log.js';
import { commonHeaders } from './errors.js';
import type { Metrics } from './metrics/metrics.js';
import { contextOf } from './request-context.js';

/**
 * Paths and queries can hold secrets, and paths are without bound: only the route of the contract is logged, and metrics
 * are counted by operation. On a terminal, whoever tries the service out sees the path of what was not found, and not
 * each file of the reference page.
 */
export function recordRequests(logger: Logger, metrics: Metrics | undefined): RequestHandler {
  return (request, response, next) => {
    const context = contextOf(request);
    for (const [name, value] of Object.entries(commonHeaders(context.id))) {
      response.setHeader(name, value);
    }
    response.on('close', () => {
      const { statusCode: status } = response;
      const ms = performance.now() - context.startedAt;
      metrics?.countRequest(request.openapi?.schema.operationId, status, ms / 1000);
      const isPage = isTerminal && status < 400 && !request.openapi;
      const level = status >= 500 ? 'error' : isPage ? 'debug' : 'info';
      if (!logger.isLevelEnabled(level)) return;
      logger[level](
        {
          id: context.id,
          method: context.method,
          route: request.openapi?.openApiRoute,
          ...(isTerminal && status === 404 && { path: request.path }),
          status,
          ms: Math.round(ms * 100) / 100,
          userId: context.userId,
          ...(status >= 500 && { err: context.error }),
          ...(!response.writableFinished && { aborted: true }),
        },
        'request',
      );
    });
    next();
  };
}
