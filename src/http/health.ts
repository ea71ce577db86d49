/** Tells an orchestrator whether the process lives and whether it should get requests. */
import type { RequestHandler } from 'express';
import { OperationError } from '../domain/errors.js';

export interface Readiness {
  /** Resolves while requests can be answered; rejects with the reason when not. */
  check(): Promise<void>;
}

/** Outside the contract's base path: authentik has no such pages. */
export function healthPages(readiness: Readiness): Readonly<Record<string, RequestHandler>> {
  return {
    '/livez': (_request, response) => {
      response.setHeader('Cache-Control', 'no-store');
      response.type('application/json').send('{"status":"ok"}');
    },
    '/readyz': async (_request, response) => {
      try {
        await readiness.check();
      } catch (error) {
        throw new OperationError('service_unavailable', 'Not ready.', { cause: error });
      }
      response.setHeader('Cache-Control', 'no-store');
      response.type('application/json').send('{"status":"ok"}');
    },
  };
}
