/** Express behind express-openapi-validator, which checks requests, security and responses, set up as its README says. */
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import * as OpenApiValidator from 'express-openapi-validator';
import { errorBody } from './handler.js';
import { CONTRACT_FILE, expressPath } from './listen.js';

export interface ValidatedHandler<Caller extends object> {
  /** Rejects for a caller who may not ask. */
  authenticate(authorization: string | undefined): Promise<Caller>;
  retrieve(stageUuid: string, caller: Caller): Promise<object>;
}

export function createValidatedApp<Caller extends object>({
  authenticate,
  retrieve,
}: ValidatedHandler<Caller>): Express {
  const callers = new WeakMap<object, Caller>();
  const app = express();
  app.use(
    // It types its middleware for another version of Express.
    OpenApiValidator.middleware({
      apiSpec: CONTRACT_FILE,
      validateRequests: true,
      validateResponses: true,
      validateSecurity: {
        handlers: {
          authentik: async (request) => {
            callers.set(request, await authenticate(request.headers.authorization));
            return true;
          },
        },
      },
    }) as RequestHandler[],
  );
  app.get(expressPath, async (request, response) => {
    // The security handler has put it there.
    const caller = callers.get(request) as Caller;
    response.json(await retrieve(String(request.params.stage_uuid), caller));
  });
  app.use(sendError);
  return app;
}

const sendError: ErrorRequestHandler = (error, _request, response, _next) => {
  // The validator finds a missing header itself and says 401, which the contract does not have.
  const status = error.status === 401 ? 403 : (error.status ?? 500);
  response.status(status).json(errorBody(status, error.message));
};
