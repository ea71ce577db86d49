/** What an operator watches, in Prometheus form: one registry for each process that serves requests. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

export interface Metrics {
  readonly registry: Registry;
  /** `operation` is undefined for what is no operation. */
  countRequest(operation: string | undefined, status: number, seconds: number): void;
  /** A response to what is no request. */
  countRefusal(status: number): void;
  countBatch(repository: string, size: number): void;
  /** From now on these are looked at whenever somebody asks for the metrics. */
  watch(sources: MetricSources): void;
}

/** What is so at the moment when somebody asks for the metrics. */
export interface MetricSources {
  activeRequests(): number;
  connections(): number;
  droppedLogLines(): number;
  /** Keys that wait for a query, by repository. */
  waiting(): Readonly<Record<string, number>>;
  pool(): { readonly open: number; readonly idle: number; readonly waiting: number };
  /** The first release of authentik with the database's tables; undefined while they are not understood. */
  release(): string | undefined;
}

const DURATIONS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
const SIZES = [1, 2, 4, 8, 16, 32, 64];

export function createMetrics(): Metrics {
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

  /** The sum over all workers, but information stays 1. */
  function gauge(name: string, help: string, label: string, read: () => Readonly<Record<string, number>>): void {
    new Gauge({
      ...metric(name, help, ...(label ? [label] : [])),
      aggregator: name.endsWith('_info') ? 'max' : 'sum',
      collect() {
        this.reset();
        for (const [value, count] of Object.entries(read())) this.set(label ? { [label]: value } : {}, count);
      },
    });
  }

  return {
    registry,
    countRequest(operation = 'other', status, seconds) {
      requests.labels(operation, String(status)).inc();
      durations.labels(operation).observe(seconds);
    },
    countRefusal: (status) => refusals.labels(String(status)).inc(),
    countBatch: (repository, size) => batches.labels(repository).observe(size),
    watch(now) {
      gauge('active_requests', 'Requests without a response yet', '', () => ({ all: now.activeRequests() }));
      gauge('connections', 'Open connections of clients', '', () => ({ all: now.connections() }));
      gauge('log_lines_dropped', 'Log lines lost: their output was full or stuck', '', () => ({
        all: now.droppedLogLines(),
      }));
      gauge('database_queue', 'Queries that wait for a connection', '', () => ({ all: now.pool().waiting }));
      gauge('waiting', 'Keys that wait for a query', 'repository', () => now.waiting());
      gauge('database_connections', 'Open connections to PostgreSQL', 'state', () => {
        const { open, idle } = now.pool();
        return { busy: open - idle, idle };
      });
      gauge('database_release_info', 'The first release with the tables found', 'since', () => {
        const release = now.release();
        return release ? { [release]: 1 } : {};
      });
    },
  };
}
