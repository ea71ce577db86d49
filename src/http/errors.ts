/** Maps every failure to a status and a body of the contract; the only place that picks an error status. */
import type { ServerResponse } from 'node:http';
import type { ErrorBody, ErrorCode } from '../contract/types.js';
import { isOperationError } from '../domain/errors.js';

export interface HttpError {
  readonly status: number;
  readonly body: ErrorBody;
  /** Seconds, for answers that are worth trying again. */
  readonly retryAfter?: number;
}

const RETRY_AFTER_SECONDS = 1;

export function statusOf(code: ErrorCode): number {
  switch (code) {
    case 'invalid':
      return 400;
    case 'not_authenticated':
    case 'authentication_failed':
    case 'permission_denied':
      return 403;
    case 'not_found':
      return 404;
    case 'method_not_allowed':
      return 405;
    case 'not_acceptable':
      return 406;
    case 'request_timeout':
      return 408;
    case 'headers_too_large':
      return 431;
    case 'internal_error':
      return 500;
    case 'service_unavailable':
      return 503;
  }
}

/** The answer for a code and, below 500, what to tell the caller. */
export function toHttpError(code: ErrorCode, messages: readonly string[]): HttpError {
  const status = statusOf(code);
  switch (code) {
    case 'invalid':
      return { status, body: { non_field_errors: [...messages], code } };
    case 'internal_error':
      return {
        status,
        body: {
          detail: 'The server failed to answer. Report the X-Request-Id of this answer.',
          code,
        },
      };
    case 'service_unavailable':
      return {
        status,
        body: {
          detail:
            'The server cannot answer at the moment. Try again after the time in Retry-After.',
          code,
        },
        retryAfter: RETRY_AFTER_SECONDS,
      };
    default:
      return { status, body: { detail: messages.join(' '), code } };
  }
}

/** The answer for anything thrown by our own code or by the validator. */
export function fromError(error: unknown): HttpError {
  if (isOperationError(error)) return toHttpError(error.code, [error.message]);
  const { status, errors = [], message = '' } = (error ?? {}) as ValidatorFailure;
  switch (status) {
    case 400:
      return toHttpError('invalid', errors.length > 0 ? errors.map(explain) : [message]);
    case 401:
      return toHttpError('not_authenticated', [
        'Send a token of authentik in the header "Authorization: Bearer <token>".',
      ]);
    case 404:
      return toHttpError('not_found', ['Not found.']);
    default:
      return toHttpError('internal_error', []);
  }
}

/** What express-openapi-validator and Express throw. */
interface ValidatorFailure {
  readonly status?: number;
  readonly message?: string;
  readonly errors?: readonly ValidationProblem[];
}
interface ValidationProblem {
  readonly path: string;
  readonly message: string;
}

const PLACES: Readonly<Record<string, string>> = {
  params: 'Path parameter',
  query: 'Query parameter',
  headers: 'Header',
};

// The most of a caller's own text that is worth repeating.
const MAX_ECHO = 64;

function explain({ path, message }: ValidationProblem): string {
  const [, place = '', ...rest] = path.split('/');
  const name = rest.join('/').slice(0, MAX_ECHO);
  const subject = `${PLACES[place] ?? 'The request'} "${name}"`;
  if (message.startsWith('Unknown query parameter')) {
    return `${subject} is not known here. Leave it out.`;
  }
  if (message.includes('format "uuid"')) {
    return `${subject} must be a UUID: 32 hexadecimal digits grouped 8-4-4-4-12.`;
  }
  if (message.startsWith('Empty value'))
    return `${subject} is empty. Give it a value or leave it out.`;
  return name ? `${subject} ${message}.` : message;
}

/** Writes an error as JSON with its headers. Does nothing when an answer has begun. */
export function sendError(response: ServerResponse, { status, body, retryAfter }: HttpError): void {
  if (response.headersSent) return;
  const text = JSON.stringify(body);
  response.statusCode = status;
  response.setHeader('Content-Type', 'application/json');
  response.setHeader('Content-Length', Buffer.byteLength(text));
  response.setHeader('Cache-Control', 'no-store');
  if (retryAfter !== undefined) response.setHeader('Retry-After', retryAfter);
  response.end(text);
}
