/** Calls the handler of the operation that the validator has matched; holds the only cast between both worlds. */
import type { RequestHandler } from 'express';
import type { OperationId } from '../contract/types.js';
import type { Principal } from '../domain/access.js';
import { OperationError } from '../domain/errors.js';
import type { OperationTable } from '../operations/operations.js';
import { contextOf } from './request-context.js';

/** Any handler, seen from here. */
type UntypedHandler = (
  input: { readonly path: unknown; readonly query: unknown },
  principal: Principal,
) => Promise<{ readonly status: number; readonly body: unknown }>;

export function createDispatch(operations: OperationTable): RequestHandler {
  // The validator checks requests against the contract that the handlers' inputs are generated from.
  const handlers = operations as unknown as Readonly<Record<OperationId, UntypedHandler>>;
  return async (request, response, next) => {
    if (!request.openapi) return next();
    const { pathParams, schema } = request.openapi;
    const { principal } = contextOf(request);
    if (!principal) throw new OperationError('internal_error', 'The operation has no security.');
    const input = { path: pathParams, query: request.query };
    const { status, body } = await handlers[schema.operationId](input, principal);
    response.status(status).json(body);
  };
}
