/** The one error type that operations, domain and data throw. */
import type { ErrorCode } from '../contract/types.js';

/**
 * Why a request has no answer. `code` decides the status; the message is for the caller, except for codes of
 * a 5xx, whose message and `cause` go to the log only.
 */
export class OperationError extends Error {
  override readonly name = 'OperationError';

  constructor(
    readonly code: ErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

export function isOperationError(error: unknown): error is OperationError {
  return error instanceof OperationError;
}
