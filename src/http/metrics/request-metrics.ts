/** Counts each request that reaches the application. */
import type { RequestHandler } from 'express';
import { contextOf } from '../request-context.js';
import { type Metrics, OTHER } from './metrics.js';

/** By operation, never by path: paths are without bound, and may hold secrets. */
export function requestMetrics(metrics: Metrics): RequestHandler {
  return (request, response, next) => {
    const { startedAt } = contextOf(request);
    response.on('close', () => {
      const operation = request.openapi?.schema.operationId ?? OTHER;
      metrics.countRequest(operation, response.statusCode, (performance.now() - startedAt) / 1000);
    });
    next();
  };
}
