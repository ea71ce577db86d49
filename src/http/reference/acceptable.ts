/** Picks the media type that a client likes best among several. */
import type { Request } from 'express';
import { OperationError } from '../../domain/errors.js';

/** Without `Accept`, the first offer. Throws a 406 when the client wants none of them. */
export function assertAcceptable(request: Request, offered: readonly string[]): string {
  const type = request.accepts([...offered]);
  if (type) return type;
  throw new OperationError(
    'not_acceptable',
    `The answer is ${offered.join(' or ')}. Allow it in the header "Accept", or leave the header out.`,
  );
}
