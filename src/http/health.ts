/** Tells an orchestrator whether the process is alive and whether it should get requests. */
import type { RequestHandler } from 'express';
import { OperationError } from '../domain/errors.js';

const OK = '{"status":"ok"}';
const HEADERS = { 'Cache-Control': 'no-store', 'Content-Type': 'application/json', 'Content-Length': OK.length };

/**
 * Outside the contract's base path: authentik has no such pages. `checkReadiness` resolves while requests can be served,
 * and rejects with the reason when not.
 */
export function healthPages(checkReadiness: () => Promise<void>): RequestHandler {
  return async ({ path }, response, next) => {
    if (path !== '/livez' && path !== '/readyz') return next();
    if (path === '/readyz') {
      await checkReadiness().catch((cause: unknown) => {
        throw new OperationError('service_unavailable', 'Not ready.', { cause });
      });
    }
    // By Node's means: Express would send 304 to a condition, where somebody asks for the state of this moment.
    response.writeHead(200, HEADERS).end(OK);
  };
}
