/** Express behind express-openapi-validator, which checks requests, security and responses, set up as its README says. */
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import * as OpenApiValidator from 'express-openapi-validator';
import { CONTRACT_FILE, loadContract } from '../../src/contract/contract.js';
import type { PasswordStage } from '../../src/contract/types.js';
import { errorBody } from './errors.js';

export interface ValidatedHandlers<Caller extends object> {
  /** Rejects for a caller who may not ask. */
  authenticate(authorization: string | undefined): Promise<Caller>;
  answer(stageUuid: string, caller: Caller): Promise<PasswordStage>;
}

export function createValidatedApp<Caller extends object>({
  authenticate,
  answer,
}: ValidatedHandlers<Caller>): Express {
  const { basePath, pathOf } = loadContract();
  const path = pathOf('stages_password_retrieve').replace('{stage_uuid}', ':stage_uuid');
  const callers = new WeakMap<object, Caller>();
  const app = express();
  app.use(
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
  app.get(`${basePath}${path}`, async (request, response) => {
    const caller = callers.get(request) as Caller;
    response.json(await answer(String(request.params.stage_uuid), caller));
  });
  app.use(answerError);
  return app;
}

const answerError: ErrorRequestHandler = (error, _request, response, _next) => {
  // The validator finds a missing header itself and says 401, which the contract does not have.
  const status = error.status === 401 ? 403 : (error.status ?? 500);
  response.status(status).json(errorBody(status, error));
};
