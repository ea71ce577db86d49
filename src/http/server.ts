/** The HTTP server around the application: limits, deadlines, answers to what is not HTTP, and shutdown. */

import { randomUUID } from 'node:crypto';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Logger } from 'pino';
import { OperationError } from '../domain/errors.js';
import { fromError, type HttpError, sendError, toHttpError } from './errors.js';
import { methodNotAllowed } from './methods.js';

export interface ServerOptions {
  readonly host: string;
  readonly port: number;
  readonly logger: Logger;
  /** For `Allow`. */
  readonly allowedMethods: readonly string[];
  /** Most requests that are answered at the same time; the surplus gets 503 at once. */
  readonly maxActiveRequests: number;
  /** Most open connections; further ones are closed. */
  readonly maxConnections: number;
  /** A client must have sent its headers by then. */
  readonly headersTimeoutMs: number;
  /** An idle connection is closed after this time. */
  readonly keepAliveTimeoutMs: number;
  /** What is still running then is cut off. */
  readonly shutdownTimeoutMs: number;
}

export interface RunningServer {
  readonly url: string;
  /** Takes no new connections, lets running requests finish, and resolves when all are closed. */
  close(): Promise<void>;
}

const CLOSE_POLL_MS = 20;
const CHECK_CONNECTIONS_MS = 500;

/** Rejects when the address cannot be listened on. */
export async function startServer(
  app: RequestListener,
  options: ServerOptions,
): Promise<RunningServer> {
  const { allowedMethods } = options;
  let active = 0;
  let isClosing = false;
  const server = createServer(
    {
      headersTimeout: options.headersTimeoutMs,
      // No operation has a body, so that a request is complete with its headers.
      requestTimeout: options.headersTimeoutMs,
      keepAliveTimeout: options.keepAliveTimeoutMs,
      connectionsCheckingInterval: CHECK_CONNECTIONS_MS,
    },
    (request, response) => {
      response.setHeader('X-Content-Type-Options', 'nosniff');
      if (isClosing) response.setHeader('Connection', 'close');
      if (active >= options.maxActiveRequests) {
        response.setHeader('X-Request-Id', randomUUID());
        sendError(response, fromError(overloaded()));
        return;
      }
      active += 1;
      response.on('close', () => {
        active -= 1;
      });
      app(request, response);
    },
  );
  server.maxConnections = options.maxConnections;
  // Without a listener Node refuses expectations with an empty 417; ignoring one is allowed.
  server.on('checkExpectation', (request, response) => server.emit('request', request, response));
  server.on('connect', (_request, socket: Socket) =>
    refuse(socket, fromError(methodNotAllowed(allowedMethods)), options),
  );
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) socket.destroy();
    else refuse(socket, malformed(error.code, allowedMethods), options);
  });
  await listen(server, options);

  return {
    url: urlOf(server.address() as AddressInfo),
    async close() {
      isClosing = true;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      // A keep-alive connection becomes idle only after its last answer, and Node waits for it.
      const poll = setInterval(() => server.closeIdleConnections(), CLOSE_POLL_MS);
      const cutOff = setTimeout(() => server.closeAllConnections(), options.shutdownTimeoutMs);
      server.closeIdleConnections();
      await closed;
      clearInterval(poll);
      clearTimeout(cutOff);
    },
  };
}

function listen(server: Server, { host, port }: ServerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function urlOf({ address, family, port }: AddressInfo): string {
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}

function overloaded(): OperationError {
  return new OperationError('service_unavailable', 'Too many requests at the same time.');
}

function malformed(code: string | undefined, allowedMethods: readonly string[]): HttpError {
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

/** Answers what never became a request, and closes the connection: what follows cannot be trusted. */
function refuse(
  socket: Socket,
  { status, body }: HttpError,
  { logger, allowedMethods }: ServerOptions,
): void {
  const id = randomUUID();
  const text = JSON.stringify(body);
  logger.info({ id, status }, 'refused');
  const { _httpMessage: unfinished } = socket as Socket & {
    _httpMessage?: { headersSent: boolean };
  };
  // An answer that has begun must not get another one into its middle.
  if (unfinished?.headersSent) {
    socket.destroy();
    return;
  }
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
