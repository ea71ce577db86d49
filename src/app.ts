/** Puts the rooms together into an Express application; knows no port and no environment. */
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import type { Logger } from 'pino';
import type { Contract } from './contract/contract.js';
import type { AccessRepository } from './data/access-repository.js';
import { OperationError } from './domain/errors.js';
import { createAuthentication } from './http/authentication.js';
import { createDispatch } from './http/dispatch.js';
import { fromError, sendError } from './http/errors.js';
import { healthPages, type Readiness } from './http/health.js';
import { inTurn } from './http/in-turn.js';
import { methodGate } from './http/methods.js';
import type { Metrics } from './http/metrics/metrics.js';
import { requestMetrics } from './http/metrics/request-metrics.js';
import { exactPath, negotiation } from './http/negotiation.js';
import { lenientQuery } from './http/query.js';
import { createReference, type ReferenceOptions } from './http/reference/reference.js';
import { contextOf } from './http/request-context.js';
import { requestLog } from './http/request-log.js';
import { replaceJson } from './http/send-json.js';
import { createContractMiddleware } from './http/validator.js';
import type { OperationTable } from './operations/operations.js';

export interface AppDependencies {
  readonly contract: Contract;
  readonly operations: OperationTable;
  readonly access: AccessRepository;
  readonly readiness: Readiness;
  readonly logger: Logger;
  /** A request without an answer by then gets 503. */
  readonly requestTimeoutMs: number;
  /** Undefined: no reference page. */
  readonly reference?: ReferenceOptions | undefined;
  /** Undefined: nothing is counted. */
  readonly metrics?: Metrics | undefined;
}

/** Rejects with a ContractError when the contract cannot be enforced. */
export async function createApp(dependencies: AppDependencies): Promise<Express> {
  const { contract, logger } = dependencies;
  const app = express();
  app.disable('x-powered-by');
  app.enable('strict routing');
  app.enable('case sensitive routing');
  app.set('query parser', 'simple');

  replaceJson(app);

  const { metrics, reference } = dependencies;
  app.use(
    inTurn(
      requestLog(logger),
      deadline(dependencies.requestTimeoutMs),
      ...(metrics ? [requestMetrics(metrics)] : []),
      methodGate(contract.allowedMethods),
      // Before the validator, whose routing answers 404 to every path that the contract does not have.
      healthPages(dependencies.readiness),
      ...(reference ? [createReference(contract, reference)] : []),
    ),
  );
  const { routing, enforcement } = await createContractMiddleware(app, contract, {
    authentik: createAuthentication(dependencies.access),
  });
  app.use(...routing, inTurn(exactPath, negotiation, lenientQuery(contract)), ...enforcement);
  app.use(createDispatch(dependencies.operations));
  app.use((_request, _response, next) => next(new OperationError('not_found', 'Not found.')));
  app.use(answerError);
  return app;
}

function deadline(timeoutMs: number): RequestHandler {
  return (request, response, next) => {
    const timer = setTimeout(() => {
      const late = new OperationError('service_unavailable', 'The request took too long.');
      contextOf(request).failure = late;
      sendError(response, fromError(late));
    }, timeoutMs);
    response.on('close', () => clearTimeout(timer));
    next();
  };
}

// Express knows an error handler by its four parameters.
const answerError: ErrorRequestHandler = (error, request, response, _next) => {
  const context = contextOf(request);
  context.failure ??= error;
  sendError(response, fromError(context.failure));
};
