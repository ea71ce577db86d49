/** Decides about methods before the validator sees a request, which would refuse HEAD and OPTIONS. */
import type { RequestHandler } from 'express';
import { OperationError } from '../domain/errors.js';

/** `allowed` are the contract's methods, with HEAD and OPTIONS. */
export function methodGate(allowed: readonly string[]): RequestHandler {
  const allow = allowed.join(', ');
  return (request, response, next) => {
    if (request.method === 'OPTIONS') {
      response.setHeader('Allow', allow);
      response.statusCode = 204;
      response.end();
      return;
    }
    if (!allowed.includes(request.method)) {
      response.setHeader('Allow', allow);
      next(methodNotAllowed(allowed));
      return;
    }
    // Node leaves the body of an answer to HEAD out by itself, whatever the method is called here.
    if (request.method === 'HEAD') request.method = 'GET';
    // The validator keeps one compiled copy of itself for each Content-Type, for ever; no operation has a body.
    delete request.headers['content-type'];
    next();
  };
}

export function methodNotAllowed(allowed: readonly string[]): OperationError {
  return new OperationError(
    'method_not_allowed',
    `This server only reads. Use one of: ${allowed.join(', ')}.`,
  );
}
