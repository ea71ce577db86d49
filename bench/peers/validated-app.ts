/** Express behind express-openapi-validator, which checks requests, security and responses, set up as its README says. */
import express, { type ErrorRequestHandler, type RequestHandler } from 'express';
import * as OpenApiValidator from 'express-openapi-validator';
import { errorBody, type Handler } from './handler.js';
import { CONTRACT_FILE, expressPath, listen } from './listen.js';

export function listenValidated({ authenticate, retrieve }: Handler): void {
  const users = new WeakMap<object, number>();
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
            users.set(request, await authenticate(request.headers.authorization));
            return true;
          },
        },
      },
    }) as RequestHandler[],
  );
  app.get(expressPath, async (request, response) => {
    // The security handler has put it there.
    const userId = users.get(request) as number;
    response.json(await retrieve(String(request.params.stage_uuid), userId));
  });
  app.use(sendError);
  listen(app);
}

const sendError: ErrorRequestHandler = (error, _request, response, _next) => {
  // The validator finds a missing header itself and says 401, which the contract does not have.
  const status = error.status === 401 ? 403 : (error.status ?? 500);
  response.status(status).json(errorBody(status, error.message));
};
