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

const PREFIX = 'authentik_stages_';
const OTHER = 'other';
const DURATIONS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
const SIZES = [1, 2, 4, 8, 16, 32, 64];

export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const requests = new Counter({
    ...{ name: `${PREFIX}requests_total`, help: 'Requests that got a response', registers },
    labelNames: ['operation', 'status'],
  });
  const durations = new Histogram({
    name: `${PREFIX}request_duration_seconds`,
    help: 'From the headers of a request to the end of its response',
    ...{ labelNames: ['operation'], buckets: DURATIONS, registers },
  });
  const refusals = new Counter({
    ...{ name: `${PREFIX}refused_total`, help: 'Responses to what is no HTTP request', registers },
    labelNames: ['status'],
  });
  const batches = new Histogram({
    ...{ name: `${PREFIX}batch_size`, help: 'Keys that shared one query' },
    ...{ labelNames: ['repository'], buckets: SIZES, registers },
  });
  // Finding the labels again is the expensive part of counting.
  const requestsOf = memoized((key: string) => {
    const [operation = OTHER, status = ''] = key.split(' ');
    return requests.labels(operation, status);
  });
  const durationsOf = memoized((operation: string) => durations.labels(operation));

  return {
    registry,
    countRequest(operation = OTHER, status, seconds) {
      requestsOf(`${operation} ${status}`).inc();
      durationsOf(operation).observe(seconds);
    },
    countRefusal: (status) => refusals.labels(String(status)).inc(),
    countBatch: (repository, size) => batches.labels(repository).observe(size),
    watch: (sources) => registerGauges(sources, registers),
  };
}

function registerGauges(sources: MetricSources, registers: Registry[]): void {
  gauge('active_requests', 'Requests without a response yet', () => sources.activeRequests());
  gauge('connections', 'Open connections of clients', () => sources.connections());
  gauge('log_lines_dropped', 'Log lines lost, since their output was full or stuck', () => sources.droppedLogLines());
  gauge('database_queue', 'Queries that wait for a connection', () => sources.pool().waiting);
  gauges('waiting', 'Keys that wait for a query', 'repository', () => sources.waiting());
  gauges('database_connections', 'Open connections to PostgreSQL', 'state', () => {
    const { open, idle } = sources.pool();
    return { busy: open - idle, idle };
  });
  gauges('database_release_info', 'The first release with the tables found', 'since', () => {
    const release = sources.release();
    return release ? { [release]: 1 } : {};
  });

  function gauge(name: string, help: string, read: () => number): void {
    new Gauge({
      ...{ name: PREFIX + name, help, registers },
      collect() {
        this.set(read());
      },
    });
  }

  function gauges(name: string, help: string, label: string, read: () => Readonly<Record<string, number>>): void {
    new Gauge({
      ...{ name: PREFIX + name, help, labelNames: [label], registers },
      // The sum over all workers, but information stays 1.
      aggregator: name.endsWith('_info') ? 'max' : 'sum',
      collect() {
        this.reset();
        for (const [value, count] of Object.entries(read())) this.set({ [label]: value }, count);
      },
    });
  }
}

function memoized<Value>(make: (key: string) => Value): (key: string) => Value {
  const made = new Map<string, Value>();
  return (key) => {
    const known = made.get(key);
    if (known !== undefined) return known;
    const value = make(key);
    made.set(key, value);
    return value;
  };
}
