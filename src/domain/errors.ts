/** The one error type that operations, domain and data throw. */
import type { ErrorCode } from '../contract/types.js';

/**
 * Why a request fails. `code` decides the status. The message is for the caller, except for codes of a 5xx, whose
 * message and `cause` go to the log only.
 */
export class OperationError extends Error {
  override readonly name: string = 'OperationError';
  /** One for each fault of the request; the message joins them. */
  readonly messages: readonly string[];

  constructor(
    readonly code: ErrorCode,
    message: string | readonly string[],
    options?: ErrorOptions,
  ) {
    const messages = typeof message === 'string' ? [message] : message;
    super(messages.join(' '), options);
    this.messages = messages;
  }
}
