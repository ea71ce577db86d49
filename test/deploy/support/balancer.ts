import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Balancer {
  readonly url: string;
  /** How many instances it leads requests to. */
  readonly readyCount: () => number;
  close(): Promise<void>;
}

const POLL_MS = 500;
// Fewer than are in use at a time, so that it opens connections all the while.
const MAX_IDLE = 2;

/** The plainest balancer there is: it asks /readyz, keeps connections open, and never asks a second instance. */
export async function startBalancer(instances: readonly string[]): Promise<Balancer> {
  const agent = new Agent({ keepAlive: true, maxFreeSockets: MAX_IDLE });
  const ready = new Set<string>();
  let turn = 0;

  async function look(instance: string): Promise<void> {
    const isReady = await fetch(`${instance}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isReady) ready.add(instance);
    else ready.delete(instance);
  }

  function forward(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const instance = [...ready][turn++ % ready.size];
    if (!instance) return void outgoing.writeHead(503).end('No instance is ready.');
    const { url = '', method, headers } = incoming;
    const onward = request(instance + url, { agent, method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 0, { ...answer.headers, connection: 'keep-alive' });
      answer.pipe(outgoing);
    });
    onward.on('error', (error) => outgoing.writeHead(502).end(error.message));
    onward.end();
  }

  await Promise.all(instances.map(look));
  const poll = setInterval(() => instances.forEach(look), POLL_MS);
  const server = createServer(forward).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    readyCount: () => ready.size,
    async close() {
      clearInterval(poll);
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
      agent.destroy();
    },
  };
}
