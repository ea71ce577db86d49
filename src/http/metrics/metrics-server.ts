/** Serves the metrics on a port of their own, where no client of the API comes. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Registry } from 'prom-client';

export interface MetricsServer {
  readonly url: string;
  close(): Promise<void>;
}

export interface MetricsServerOptions {
  readonly host: string;
  readonly port: number;
  /** The metrics of this moment, as text. */
  collect(): Promise<string>;
}

const PATH = '/metrics';

/** Rejects when the address cannot be listened on. */
export async function startMetricsServer({
  host,
  port,
  collect,
}: MetricsServerOptions): Promise<MetricsServer> {
  const server = createServer((request, response) => {
    if (request.url !== PATH) {
      response.writeHead(404).end();
      return;
    }
    collect().then(
      (text) => {
        response.setHeader('Content-Type', Registry.PROMETHEUS_CONTENT_TYPE);
        response.end(text);
      },
      // A worker that is just being replaced does not answer; the next scrape comes soon.
      () => response.writeHead(503).end(),
    );
  });
  server.listen(port, host);
  await once(server, 'listening');
  const address = server.address() as AddressInfo;
  const name = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return {
    url: `http://${name}:${address.port}${PATH}`,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
