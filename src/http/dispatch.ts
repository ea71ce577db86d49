/** Calls the handler of the operation that the validator has matched; holds the only casts between both worlds. */
import type { Request, RequestHandler } from 'express';
import type { Answer, Input, OperationId } from '../contract/types.js';
import { OperationError } from '../domain/errors.js';
import type { Handler, OperationTable } from '../operations/operations.js';
import { contextOf } from './request-context.js';

export function createDispatch(operations: OperationTable): RequestHandler {
  return async (request, response, next) => {
    if (!request.openapi) return next();
    const { principal } = contextOf(request);
    if (!principal) throw new OperationError('internal_error', 'The operation has no security.');
    const { operationId } = request.openapi.schema;
    // The validator has checked path and query against the contract that `Input` is generated from.
    const handle = operations[operationId] as Handler<OperationId>;
    const answer: Answer<OperationId> = await handle(inputOf(request), principal);
    response.status(answer.status).json(answer.body);
  };
}

function inputOf(request: Request): Input<OperationId> {
  return { path: request.openapi?.pathParams, query: request.query } as Input<OperationId>;
}
