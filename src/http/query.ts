/** Reads queries as authentik does, before the validator sees them. */
import type { RequestHandler } from 'express';
import type { Contract } from '../contract/contract.js';

/**
 * Of a parameter that is given twice the last value counts, and one that the contract allows to be empty is as good
 * as absent then. Costs nothing without a query.
 */
export function lenientQuery(contract: Contract): RequestHandler {
  return (request, _response, next) => {
    if (!request.openapi || !request.originalUrl.includes('?')) return next();
    const parameters = contract.parametersOf(request.openapi.schema.operationId);
    const query = Object.entries(request.query)
      .map(([name, given]): [string, unknown] => [
        name,
        Array.isArray(given) ? given.at(-1) : given,
      ])
      .filter(([name, value]) => value !== '' || !parameters.get(name)?.allowEmptyValue);
    // Express 5 parses the URL anew on each look; the validator replaces and restores what it finds here.
    Object.defineProperty(request, 'query', {
      // From entries even `__proto__` becomes a name like any other.
      value: Object.fromEntries(query),
      writable: true,
      configurable: true,
      enumerable: true,
    });
    next();
  };
}
