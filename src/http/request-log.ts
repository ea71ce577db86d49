/** Writes one line for each request. */
import type { RequestHandler } from 'express';
import type { Logger } from 'pino';
import { contextOf } from './request-context.js';

/** Paths and queries can hold secrets: only the route of the contract is logged. */
export function requestLog(logger: Logger): RequestHandler {
  return (request, response, next) => {
    const context = contextOf(request);
    const { method } = request;
    response.setHeader('X-Request-Id', context.id);
    response.on('close', () => {
      const status = response.statusCode;
      const level = status >= 500 ? 'error' : 'info';
      if (!logger.isLevelEnabled(level)) return;
      logger[level](
        {
          id: context.id,
          method,
          route: request.openapi?.openApiRoute,
          status,
          ms: Math.round((performance.now() - context.startedAt) * 100) / 100,
          userId: context.principal?.userId,
          ...(status >= 500 && { err: context.failure }),
          ...(!response.writableFinished && { aborted: true }),
        },
        'request',
      );
    });
    next();
  };
}
