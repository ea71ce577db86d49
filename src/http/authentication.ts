/** The security handler of the bearer scheme: who is asking, and may they ask at all. */
import type { Request } from 'express';
import type { AccessRepository } from '../data/access-repository.js';
import { decideAccess } from '../domain/access.js';
import { bearerToken } from '../domain/credentials.js';
import { OperationError } from '../domain/errors.js';
import { contextOf } from './request-context.js';

/** Resolves to true, or rejects; the validator would turn `false` into a 401. */
export type SecurityHandler = (request: Request) => Promise<true>;

export function createAuthentication(access: AccessRepository): SecurityHandler {
  return async (request) => {
    const context = contextOf(request);
    try {
      const facts = await access.find(bearerToken(singleHeader(request)));
      context.principal = decideAccess(facts);
      return true;
    } catch (error) {
      // The validator makes an error of its own out of this one, and drops its code.
      context.failure = error;
      throw error;
    }
  };
}

/** Node keeps the first of several Authorization headers; a proxy may have looked at another. */
function singleHeader(request: Request): string | undefined {
  const { rawHeaders, headers } = request;
  let count = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    if (rawHeaders[index]?.toLowerCase() === 'authorization') count += 1;
  }
  if (count > 1) {
    throw new OperationError('authentication_failed', 'Send one Authorization header only.');
  }
  return headers.authorization;
}
