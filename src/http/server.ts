/** The HTTP server around the application: connections, what cannot be parsed, and shutdown. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { Express, Request, Response } from 'express';
import { createHttpTerminator } from 'http-terminator';
import type { Logger } from 'pino';
import type { Config } from '../config.js';
import type { ErrorCode } from '../contract/types.js';
import { OperationError } from '../domain/errors.js';
import { sendErrorOnSocket } from './errors.js';
import { classesFor } from './express-classes.js';
import type { InFlight } from './in-flight.js';
import { toOriginForm } from './requests.js';

type HttpConfig = Pick<Config['http'], 'host' | 'port' | 'shutdownDelayMs' | 'shutdownTimeoutMs'>;

export interface ServerOptions extends HttpConfig {
  readonly inFlight: InFlight;
  readonly logger: Logger;
  /** Counts the responses to what is no request. */
  readonly metrics?: { countRefusal(status: number): void } | undefined;
}

const HEADERS_TIMEOUT_MS = 10_000;
// Longer than nginx (60 s) and other proxies keep idle connections, so that they are the ones to close.
const KEEP_ALIVE_TIMEOUT_MS = 65_000;
const CHECK_CONNECTIONS_MS = 500;
const MAX_CONNECTIONS = 10_000;
// A request that was on its way when the end began has arrived by then.
const MIN_DRAIN_MS = 500;

/** Rejects when the address cannot be listened on. */
export async function startServer(app: Express, options: ServerOptions) {
  const { inFlight } = options;
  const server = createServer(
    {
      ...classesFor(app),
      headersTimeout: HEADERS_TIMEOUT_MS,
      // No operation has a body, so that a request is complete with its headers.
      requestTimeout: HEADERS_TIMEOUT_MS,
      keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
      connectionsCheckingInterval: CHECK_CONNECTIONS_MS,
      // Node's own refusal has no body.
      requireHostHeader: false,
    },
    (request, response) => {
      inFlight.add(response);
      request.url = toOriginForm(request.url);
      // They are Express's own classes.
      app(request as Request, response as Response);
    },
  );
  // A client that closes its side after a request still gets the response.
  Object.assign(server, { httpAllowHalfOpen: true });
  // Node drops what is beyond, without a word; the size of all headers is bounded anyway.
  server.maxHeadersCount = 0;
  const terminator = createHttpTerminator({ server, gracefulTerminationTimeout: options.shutdownTimeoutMs });
  server.on('connection', (socket: Socket) => {
    // Not by `maxConnections`: in a cluster, Node would hand excess connections round and round among the workers.
    if (inFlight.connections >= MAX_CONNECTIONS) socket.destroy();
    else inFlight.connect(socket);
  });
  // Without a listener Node refuses expectations with an empty 417; ignoring one is allowed.
  server.on('checkExpectation', (request, response) => server.emit('request', request, response));
  server.on('connect', (_request, socket: Socket) => void refuse(socket, 'CONNECT', options));
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    if (error.code === 'ECONNRESET') socket.destroy();
    // Not what follows a refusal: a reset could overtake it on its way to the client.
    else if (socket.writable) void refuse(socket, error.code, options);
  });
  server.listen(options.port, options.host);
  await once(server, 'listening');

  return {
    url: urlOf(server.address() as AddressInfo),
    /** Lets running requests finish, and resolves when all connections are closed. */
    async close(): Promise<void> {
      inFlight.drain();
      await pause(Math.max(options.shutdownDelayMs, inFlight.connections > 0 ? MIN_DRAIN_MS : 0));
      // First of all: the library goes on accepting connections, and resets them.
      const closed = once(server, 'close');
      server.close();
      // All that it can complain of is that the server has stopped listening already.
      await terminator.terminate().catch(() => {});
      await closed;
    },
  };
}

/** Responds to bytes that are no request, after the requests before them, and closes the connection. */
async function refuse(socket: Socket, parserCode = '', { inFlight, logger, metrics }: ServerOptions) {
  const isBehindOthers = await inFlight.settled(socket);
  if (!socket.writable) return;
  const known = PARSER_ERRORS[parserCode];
  // Behind another request, what looks like a method may be anything.
  const code = known === undefined || (isBehindOthers && known === 'method_not_allowed') ? 'invalid' : known;
  const error = new OperationError(code, 'This is not an HTTP request that the server understands.');
  const refusal = sendErrorOnSocket(socket, error);
  logger.info(refusal, 'refused');
  metrics?.countRefusal(refusal.status);
}

/** What Node's parser gives up for, where it is not the bytes themselves. */
const PARSER_ERRORS: Readonly<Record<string, ErrorCode>> = {
  CONNECT: 'method_not_allowed',
  HPE_INVALID_METHOD: 'method_not_allowed',
  HPE_HEADER_OVERFLOW: 'headers_too_large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
};

export const urlOf = ({ address, family, port }: AddressInfo) =>
  `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
