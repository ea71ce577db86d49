/** Serves the metrics on a port of their own, where no client of the API comes. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Registry } from 'prom-client';
import { urlOf } from '../server.js';

const PATH = '/metrics';

/** `collect` resolves to the metrics of this moment, as text. Rejects when the address cannot be listened on. */
export async function startMetricsServer(host: string, port: number, collect: () => Promise<string>) {
  const server = createServer((request, response) => {
    if (request.url !== PATH) {
      response.writeHead(404).end();
      return;
    }
    collect().then(
      (text) => response.setHeader('Content-Type', Registry.PROMETHEUS_CONTENT_TYPE).end(text),
      // A worker that is just being replaced does not respond; the next scrape comes soon.
      () => response.writeHead(503).end(),
    );
  });
  server.listen(port, host);
  await once(server, 'listening');
  return {
    url: urlOf(server.address() as AddressInfo) + PATH,
    async close(): Promise<void> {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
