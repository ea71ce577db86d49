/** Answers what never became a request: bytes that Node cannot parse, or that came too slowly. */
import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import type { Logger } from 'pino';
import { fromError, type HttpError, toHttpError } from './errors.js';
import { methodNotAllowed } from './methods.js';

/** What to answer to a connection whose bytes made Node's parser give up with this code. */
export function fromParser(code: string | undefined, allowedMethods: readonly string[]): HttpError {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return toHttpError('headers_too_large', [
        'The URL and headers of the request are too large.',
      ]);
    case 'HPE_INVALID_METHOD':
      return fromError(methodNotAllowed(allowedMethods));
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return toHttpError('request_timeout', ['The request did not arrive in time.']);
    default:
      return toHttpError('invalid', ['This is not an HTTP request that the server understands.']);
  }
}

const REASONS: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  431: 'Request Header Fields Too Large',
};

export interface RefusalOptions {
  readonly logger: Logger;
  /** Told of each request that is answered without the application. */
  onRefusal?(status: number): void;
  /** For `Allow`. */
  readonly allowedMethods: readonly string[];
}

// Enough for the answer to arrive; a client that never closes its side must not keep the connection.
const LINGER_MS = 1000;

/** Answers on the bare socket and closes it: what follows cannot be trusted. */
export function refuse(
  socket: Socket,
  { status, body }: HttpError,
  { logger, allowedMethods, onRefusal }: RefusalOptions,
): void {
  const id = randomUUID();
  const text = JSON.stringify(body);
  logger.info({ id, status }, 'refused');
  onRefusal?.(status);
  const { _httpMessage: unfinished } = socket as Socket & {
    _httpMessage?: { headersSent: boolean };
  };
  // An answer that has begun must not get another one into its middle.
  if (unfinished?.headersSent) {
    socket.destroy();
    return;
  }
  // Node takes its own listener off a socket that asks to CONNECT; without one a reset would end the process.
  socket.on('error', () => socket.destroy());
  const linger = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.on('close', () => clearTimeout(linger));
  socket.end(
    [
      `HTTP/1.1 ${status} ${REASONS[status]}`,
      `X-Request-Id: ${id}`,
      'Content-Type: application/json',
      `Content-Length: ${Buffer.byteLength(text)}`,
      'Cache-Control: no-store',
      'X-Content-Type-Options: nosniff',
      ...(status === 405 ? [`Allow: ${allowedMethods.join(', ')}`] : []),
      'Connection: close',
      '',
      text,
    ].join('\r\n'),
  );
}
