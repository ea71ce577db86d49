/** Tells an orchestrator whether the process lives and whether it should get requests. */
import type { ServerResponse } from 'node:http';
import type { RequestHandler } from 'express';
import { OperationError } from '../domain/errors.js';

export interface Readiness {
  /** Resolves while requests can be answered; rejects with the reason when not. */
  check(): Promise<void>;
}

/** Outside the contract's base path: authentik has no such pages. */
export function healthPages(readiness: Readiness): RequestHandler {
  return (request, response, next) => {
    switch (request.path) {
      case '/livez':
        sendOk(response);
        break;
      case '/readyz':
        readiness.check().then(
          () => sendOk(response),
          (cause) => next(new OperationError('service_unavailable', 'Not ready.', { cause })),
        );
        break;
      default:
        next();
    }
  };
}

const OK = '{"status":"ok"}';

/** By Node's means: Express would answer 304 to a condition, where somebody asks for the state of this moment. */
function sendOk(response: ServerResponse): void {
  response.setHeader('Cache-Control', 'no-store');
  response.setHeader('Content-Type', 'application/json');
  response.setHeader('Content-Length', OK.length);
  response.end(OK);
}
