/** The only way out for errors: makes status, headers and body of each, whatever raised it. */
import { randomUUID } from 'node:crypto';
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { ALLOWED_METHODS, STATUS_OF_CODE } from '../../generated/values.js';
import type { ErrorBody, ErrorCode } from '../contract/types.js';
import { OperationError } from '../domain/errors.js';

/** The value of the header `Allow`. */
export const ALLOW = ALLOWED_METHODS.join(', ');

/** What the caller learns whatever the reason, which goes to the log if the fault is not theirs. */
const PUBLIC_MESSAGES: Partial<Record<ErrorCode, string>> = {
  method_not_allowed: `This server only reads. Use one of: ${ALLOW}.`,
  request_timeout: 'The request did not arrive in time.',
  headers_too_large: 'The URL and headers of the request are too large.',
  internal_error: 'The server failed to respond. Report the X-Request-Id of this response.',
  service_unavailable: 'The server cannot respond at the moment. Try again after the time in Retry-After.',
};

/** On every response. */
export const commonHeaders = (id: string) => ({ 'X-Request-Id': id, 'X-Content-Type-Options': 'nosniff' });

function toResponse({ code, messages }: OperationError) {
  const detail = PUBLIC_MESSAGES[code] ?? messages.join(' ');
  const body: ErrorBody = code === 'invalid' ? { non_field_errors: [...messages], code } : { detail, code };
  const text = JSON.stringify(body);
  const headers: Record<string, string> = {
    'Content-Type': 'application/json',
    'Content-Length': String(Buffer.byteLength(text)),
    'Cache-Control': 'no-store',
    ...(code === 'service_unavailable' && { 'Retry-After': '1' }),
    ...(code === 'method_not_allowed' && { Allow: ALLOW }),
  };
  return { status: STATUS_OF_CODE[code], headers, text };
}

/** Sends an error as the response. Does nothing when a response has begun. */
export function sendError(request: IncomingMessage, response: ServerResponse, error: OperationError): void {
  if (response.headersSent) return;
  request.context.error = error;
  const { status, headers, text } = toResponse(error);
  response.writeHead(status, headers).end(text);
}

// Enough for the response to arrive; a client that never closes its side must not keep the connection.
const LINGER_MS = 1000;

/** Writes an error to a connection that is no longer read, and closes it. Returns what to log. */
export function sendErrorOnSocket(socket: Socket, error: OperationError): { id: string; status: number } {
  const id = randomUUID();
  const { status, headers, text } = toResponse(error);
  // Node takes its own listener off a socket that asks to CONNECT; without one a reset would end the process.
  socket.on('error', () => socket.destroy());
  const linger = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.on('close', () => clearTimeout(linger));
  const fields = { ...commonHeaders(id), ...headers, Connection: 'close' };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}`);
  socket.end([`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines, '', text].join('\r\n'));
  return { id, status };
}

type ValidationProblem = Readonly<Record<'path' | 'message', string>>;

/** An error of our own for anything thrown, by the validator and Express too. */
export function toOperationError(thrown: unknown): OperationError {
  if (thrown instanceof OperationError) return thrown;
  const options = { cause: thrown };
  // As express-openapi-validator and Express have them.
  const { status, errors = [] } = Object(thrown) as { status?: number; errors?: readonly ValidationProblem[] };
  if (status === 400) return new OperationError('invalid', errors.map(explain), options);
  return new OperationError('internal_error', thrown instanceof Error ? thrown.message : String(thrown), options);
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
  if (message.startsWith('Unknown query parameter')) return `${subject} is not known here. Leave it out.`;
  if (message.startsWith('Empty value')) return `${subject} is empty. Give it a value or leave it out.`;
  if (message.includes('format "uuid"')) return `${subject} must be a UUID: 32 hexadecimal digits grouped 8-4-4-4-12.`;
  return name ? `${subject} ${message.replace(/^Parameter '.*' |\.$/g, '')}.` : message;
}
