/** Tells an orchestrator whether the process is alive and whether it should get requests. */
import type { ServerResponse } from 'node:http';
import type { RequestHandler } from 'express';
import { OperationError } from '../domain/errors.js';

export interface Readiness {
  /** Resolves while requests can be served; rejects with the reason when not. */
  check(): Promise<void>;
}

/** Outside the contract's base path: authentik has no such pages. */
export function healthPages(readiness: Readiness): RequestHandler {
  return async (request, response, next) => {
    if (request.path === '/livez') return sendOk(response);
    if (request.path !== '/readyz') return next();
    try {
      await readiness.check();
    } catch (cause) {
      throw new OperationError('service_unavailable', 'Not ready.', { cause });
    }
    sendOk(response);
  };
}

const OK = '{"status":"ok"}';

/** By Node's means: Express would send 304 to a condition, where somebody asks for the state of this moment. */
function sendOk(response: ServerResponse): void {
  response.setHeader('Cache-Control', 'no-store');
  response.setHeader('Content-Type', 'application/json');
  response.setHeader('Content-Length', OK.length);
  response.end(OK);
}
