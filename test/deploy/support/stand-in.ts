import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface SeenRequest extends Pick<IncomingMessage, 'method' | 'headers'> {
  readonly path: string | undefined;
  readonly body: string;
}

/** A server that takes another's place behind the proxy and remembers what it was asked. */
export interface StandIn {
  readonly address: string;
  readonly requests: SeenRequest[];
  /** How many connections were opened to it so far. */
  readonly connectionCount: () => number;
  behave(next: Respond): void;
  close(): Promise<void>;
}

export type Respond = (response: ServerResponse) => void;

export const RESPONSE_BY = 'x-authentik-id';

/** Responds with 200 and its name until told otherwise. */
export async function startStandIn(name: string, at = '127.0.0.1:0'): Promise<StandIn> {
  const requests: SeenRequest[] = [];
  let connectionCount = 0;
  let respond: Respond = (response) => response.setHeader(RESPONSE_BY, name).end(name);
  const server = createServer(async (request, response) => {
    const { method, url: path, headers } = request;
    requests.push({ method, path, headers, body: await text(request) });
    respond(response);
  });
  server.on('connection', () => {
    connectionCount += 1;
  });
  server.on('upgrade', (_request, socket) => {
    const headers = 'Connection: Upgrade\r\nUpgrade: websocket';
    socket.end(`HTTP/1.1 101 Switching Protocols\r\n${headers}\r\n\r\n`);
  });
  const [host, port] = at.split(':');
  server.listen(Number(port), host);
  await once(server, 'listening');
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    connectionCount: () => connectionCount,
    behave(next) {
      respond = next;
    },
    async close() {
      if (!server.listening) return;
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
