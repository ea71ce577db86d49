import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export type Respond = (response: ServerResponse) => void;

/** A server that takes another's place behind the proxy and remembers what it was asked. */
export type StandIn = Awaited<ReturnType<typeof startStandIn>>;

export const RESPONSE_BY = 'x-authentik-id';

/** Responds with 200 and its name until told otherwise. */
export async function startStandIn(name: string, at = '127.0.0.1:0') {
  const requests: { method?: string; path?: string; headers: object; body: string }[] = [];
  let connectionCount = 0;
  let respond: Respond = (response) => response.setHeader(RESPONSE_BY, name).end(name);
  const server = createServer(async (request, response) => {
    const { method = '', url: path = '', headers } = request;
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
    /** How many connections were opened to it so far. */
    connectionCount: () => connectionCount,
    behave(next: Respond) {
      respond = next;
    },
    async close() {
      server.close();
      server.closeAllConnections();
      if (server.listening) await once(server, 'close');
    },
  };
}
