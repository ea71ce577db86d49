/** The only way out for errors: makes status, headers and body of each, whatever raised it. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { ErrorBody, ErrorCode } from '../contract/types.js';
import { OperationError } from '../domain/errors.js';
import { contextOf } from './request-context.js';

const STATUS: Readonly<Record<ErrorCode, number>> = {
  invalid: 400,
  not_authenticated: 403,
  authentication_failed: 403,
  permission_denied: 403,
  not_found: 404,
  method_not_allowed: 405,
  not_acceptable: 406,
  request_timeout: 408,
  headers_too_large: 431,
  internal_error: 500,
  service_unavailable: 503,
};

/** What the caller learns of a fault that is not theirs; the reason goes to the log. */
const PUBLIC_MESSAGES: Partial<Record<ErrorCode, string>> = {
  internal_error: 'The server failed to respond. Report the X-Request-Id of this response.',
  service_unavailable: 'The server cannot respond at the moment. Try again after the time in Retry-After.',
};

const RETRY_AFTER_SECONDS = '1';

interface ErrorResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** `allow` are the methods for the header of a 405. */
function toResponse(error: unknown, allow: string): ErrorResponse {
  const { code, messages } = toOperationError(error);
  const detail = PUBLIC_MESSAGES[code] ?? messages.join(' ');
  const body: ErrorBody = code === 'invalid' ? { non_field_errors: [...messages], code } : { detail, code };
  const text = JSON.stringify(body);
  return {
    status: STATUS[code],
    headers: {
      'Content-Type': 'application/json',
      'Content-Length': String(Buffer.byteLength(text)),
      'Cache-Control': 'no-store',
      ...(code === 'service_unavailable' && { 'Retry-After': RETRY_AFTER_SECONDS }),
      ...(code === 'method_not_allowed' && { Allow: allow }),
    },
    text,
  };
}

/** On every response. */
export function commonHeaders(id: string): Readonly<Record<string, string>> {
  return { 'X-Request-Id': id, 'X-Content-Type-Options': 'nosniff' };
}

/** Sends an error as the response. Does nothing when a response has begun. */
export function sendError(request: IncomingMessage, response: ServerResponse, error: unknown, allow: string): void {
  if (response.headersSent) return;
  contextOf(request).error = error;
  const { status, headers, text } = toResponse(error, allow);
  response.writeHead(status, headers);
  response.end(text);
}

// Enough for the response to arrive; a client that never closes its side must not keep the connection.
const LINGER_MS = 1000;

/** Writes an error to a connection that is no longer read, and closes it. Returns what to log. */
export function sendErrorOnSocket(
  socket: Socket,
  error: unknown,
  allow: string,
): { readonly id: string; readonly status: number } {
  const id = randomUUID();
  const { status, headers, text } = toResponse(error, allow);
  // Node takes its own listener off a socket that asks to CONNECT; without one a reset would end the process.
  socket.on('error', () => socket.destroy());
  const linger = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.on('close', () => clearTimeout(linger));
  const fields = { ...commonHeaders(id), ...headers, Connection: 'close' };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}`);
  socket.end([`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines, '', text].join('\r\n'));
  return { id, status };
}

/** An error of our own for anything thrown, by the validator and Express too. */
export function toOperationError(error: unknown): OperationError {
  if (error instanceof OperationError) return error;
  const { status, errors = [] } = (error ?? {}) as ValidatorFailure;
  if (status === 400) {
    const messages = errors.length > 0 ? errors.map(explain) : [MALFORMED_PATH];
    return new OperationError('invalid', messages, { cause: error });
  }
  if (status === 404) return new OperationError('not_found', 'Not found.', { cause: error });
  const message = error instanceof Error ? error.message : String(error);
  return new OperationError('internal_error', message, { cause: error });
}

/** What express-openapi-validator and Express throw; without `errors`, a 400 is about the encoding of the path. */
interface ValidatorFailure {
  readonly status?: number;
  readonly errors?: readonly { readonly path: string; readonly message: string }[];
}

const MALFORMED_PATH = 'The path is not valid: each % must be followed by two hexadecimal digits of UTF-8.';

const PLACES: Readonly<Record<string, string>> = {
  params: 'Path parameter',
  query: 'Query parameter',
  headers: 'Header',
};

// The most of a caller's own text that is worth repeating.
const MAX_ECHO = 64;

function explain({ path, message }: { readonly path: string; readonly message: string }): string {
  const [, place = '', ...rest] = path.split('/');
  const name = rest.join('/').slice(0, MAX_ECHO);
  const subject = `${PLACES[place] ?? 'The request'} "${name}"`;
  if (message.startsWith('Unknown query parameter')) {
    return `${subject} is not known here. Leave it out.`;
  }
  if (message.includes('format "uuid"')) {
    return `${subject} must be a UUID: 32 hexadecimal digits grouped 8-4-4-4-12.`;
  }
  if (message.startsWith('Empty value')) {
    return `${subject} is empty. Give it a value or leave it out.`;
  }
  return name ? `${subject} ${message}.` : message;
}
