/** The HTTP server around the application: limits, deadlines, and shutdown. */
import { randomUUID } from 'node:crypto';
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { type AddressInfo, Server as NetServer, type Socket } from 'node:net';
import { fromError, sendError, toHttpError } from './errors.js';
import { methodNotAllowed } from './methods.js';
import { fromParser, type RefusalOptions, refuse } from './refusal.js';
import { toOriginForm } from './request-target.js';
import { createSurplus } from './surplus.js';

export interface ServerOptions extends RefusalOptions {
  readonly host: string;
  readonly port: number;
  /** Most requests that are answered at the same time; the surplus gets 503. */
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
  /** What is going on at this moment. */
  readonly load: { readonly activeRequests: number; readonly connections: number };
  /** From now on each answer closes its connection, so that clients come back elsewhere. */
  drain(): void;
  /** Takes no new connections, lets running requests finish, and resolves when all are closed. */
  close(): Promise<void>;
}

const CLOSE_POLL_MS = 20;
// A request that was on its way when the server began to close has arrived by then.
const LINGER_MS = 500;
const CHECK_CONNECTIONS_MS = 500;

/** Rejects when the address cannot be listened on. */
export async function startServer(
  app: RequestListener,
  options: ServerOptions,
): Promise<RunningServer> {
  const { allowedMethods, logger } = options;
  const sockets = new Set<Socket>();
  const running = new Set<ServerResponse>();
  const surplus = createSurplus({ ...options, maxWaiting: options.maxConnections });
  let isDraining = false;
  const server = createServer(
    {
      headersTimeout: options.headersTimeoutMs,
      // No operation has a body, so that a request is complete with its headers.
      requestTimeout: options.headersTimeoutMs,
      keepAliveTimeout: options.keepAliveTimeoutMs,
      connectionsCheckingInterval: CHECK_CONNECTIONS_MS,
      // Node's own refusal has no body.
      requireHostHeader: false,
    },
    (request, response) => {
      if (isDraining) response.setHeader('Connection', 'close');
      if (running.size >= options.maxActiveRequests) {
        surplus.add(response);
        return;
      }
      response.setHeader('X-Content-Type-Options', 'nosniff');
      const problem = problemOf(request);
      if (problem) {
        const id = randomUUID();
        const error = toHttpError('invalid', [problem]);
        logger.info({ id, status: error.status }, 'refused');
        options.onRefusal?.(error.status);
        response.setHeader('X-Request-Id', id);
        sendError(response, error);
        return;
      }
      request.url = toOriginForm(request.url ?? '') as string;
      running.add(response);
      response.on('close', () => running.delete(response));
      app(request, response);
    },
  );
  // Node drops what is beyond, without a word; the size of all headers is bounded anyway.
  server.maxHeadersCount = 0;
  server.on('connection', (socket: Socket) => {
    // Not by `maxConnections`: in a cluster, Node would hand the surplus round and round among the workers.
    if (sockets.size >= options.maxConnections) {
      socket.destroy();
      return;
    }
    sockets.add(socket);
    socket.on('close', () => {
      sockets.delete(socket);
      // Node tells only the first answer of a connection about its end, and none that waits behind it.
      for (const response of running) {
        if (response.req.socket === socket && !response.socket) response.emit('close');
      }
    });
  });
  // Without a listener Node refuses expectations with an empty 417; ignoring one is allowed.
  server.on('checkExpectation', (request, response) => server.emit('request', request, response));
  server.on('connect', (_request, socket: Socket) =>
    refuse(socket, fromError(methodNotAllowed(allowedMethods)), options),
  );
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) socket.destroy();
    else refuse(socket, fromParser(error.code, allowedMethods), options);
  });
  await listen(server, options);

  return {
    url: urlOf(server.address() as AddressInfo),
    get load() {
      return { activeRequests: running.size, connections: sockets.size };
    },
    drain,
    async close() {
      drain();
      // The close of an HTTP server cuts idle connections at once, into which a client may just be sending.
      const closed = new Promise<void>((resolve) => {
        NetServer.prototype.close.call(server, () => resolve());
      });
      const startedAt = performance.now();
      const poll = setInterval(() => {
        if (performance.now() - startedAt > LINGER_MS) closeSilentConnections();
      }, CLOSE_POLL_MS);
      const cutOff = setTimeout(() => server.closeAllConnections(), options.shutdownTimeoutMs);
      await closed;
      clearInterval(poll);
      clearTimeout(cutOff);
      // Ends the interval with which Node looks for connections that are too slow.
      server.close();
    },
  };

  function drain(): void {
    isDraining = true;
    for (const response of [...running, ...surplus.waiting]) {
      if (!response.headersSent) response.setHeader('Connection', 'close');
    }
  }

  /** Node does not count a connection as idle that has not sent a request yet. */
  function closeSilentConnections(): void {
    const busy = new Set([...running, ...surplus.waiting].map(({ socket }) => socket));
    for (const socket of sockets) {
      if (!busy.has(socket) && socket.writableLength === 0) socket.destroy();
    }
  }
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

/** What keeps a request from being routed at all. */
function problemOf({ httpVersion, headers, url = '' }: IncomingMessage): string | undefined {
  // RFC 9112, 3.2.
  if (httpVersion === '1.1' && headers.host === undefined) return 'The header "Host" is missing.';
  if (toOriginForm(url) === undefined) return 'The request names no path.';
  return undefined;
}
