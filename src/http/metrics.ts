/** What an operator watches, in Prometheus form, on a port of its own, where no client of the API comes. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Store } from '../data/store.js';
import { dropped } from '../log.js';
import type { InFlight } from './in-flight.js';
import { urlOf } from './server.js';

export type Metrics = ReturnType<typeof createMetrics>;

const DURATIONS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
const SIZES = [1, 2, 4, 8, 16, 32, 64];

/** One registry for each process that serves requests. */
export function createMetrics() {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const metric = <Label extends string>(name: string, help: string, ...labelNames: Label[]) => {
    return { name: `authentik_stages_${name}`, help, labelNames, registers: [registry] };
  };
  const requests = new Counter(metric('requests_total', 'Requests that got a response', 'operation', 'status'));
  const refusals = new Counter(metric('refused_total', 'Responses to what is no HTTP request', 'status'));
  const durations = new Histogram({
    ...metric('request_duration_seconds', 'From the headers of a request to the end of its response', 'operation'),
    buckets: DURATIONS,
  });
  const batches = new Histogram({
    ...metric('batch_size', 'Keys that shared one query', 'repository'),
    buckets: SIZES,
  });

  /** `read` gives the value, or one for each value of the label. The sum over all workers, but information stays 1. */
  function gauge(name: string, help: string, label: string, read: () => number | Record<string, number>): void {
    new Gauge({
      ...metric(name, help, ...(label ? [label] : [])),
      aggregator: name.endsWith('_info') ? 'max' : 'sum',
      collect() {
        this.reset();
        const values = read();
        if (typeof values === 'number') this.set(values);
        else for (const [value, count] of Object.entries(values)) this.set({ [label]: value }, count);
      },
    });
  }

  return {
    registry,
    countRequest(operation = 'other', status: number, seconds: number): void {
      requests.labels(operation, String(status)).inc();
      durations.labels(operation).observe(seconds);
    },
    /** A response to what is no request. */
    countRefusal: (status: number) => refusals.labels(String(status)).inc(),
    countBatch: (repository: string, size: number) => batches.labels(repository).observe(size),
    /** From now on these are looked at whenever somebody asks for the metrics. */
    watch(inFlight: InFlight, { access, stages, database, monitor }: Store): void {
      gauge('active_requests', 'Requests without a response yet', '', () => inFlight.size);
      gauge('connections', 'Open connections of clients', '', () => inFlight.connections);
      gauge('log_lines_dropped', 'Log lines lost: their output was full or stuck', '', () => dropped.lines);
      gauge('database_queue', 'Queries that wait for a connection', '', () => database.connections.waiting);
      gauge('waiting', 'Keys that wait for a query', 'repository', () => {
        return { access: access.waiting, stages: stages.waiting };
      });
      gauge('database_connections', 'Open connections to PostgreSQL', 'state', () => {
        const { open, idle } = database.connections;
        return { busy: open - idle, idle };
      });
      gauge('database_release_info', 'The first release with the tables found', 'since', () => {
        return monitor.release ? { [monitor.release.since]: 1 } : {};
      });
    },
  };
}

/** `collect` resolves to the metrics of this moment, as text. Rejects when the address cannot be listened on. */
export async function startMetricsServer(host: string, port: number, collect: () => Promise<string>) {
  const server = createServer((request, response) => {
    if (request.url !== '/metrics') return void response.writeHead(404).end();
    collect().then(
      (text) => response.setHeader('Content-Type', Registry.PROMETHEUS_CONTENT_TYPE).end(text),
      // A worker that is just being replaced does not respond; the next scrape comes soon.
      () => response.writeHead(503).end(),
    );
  });
  server.listen(port, host);
  await once(server, 'listening');
  return {
    url: `${urlOf(server.address() as AddressInfo)}/metrics`,
    async close(): Promise<void> {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
