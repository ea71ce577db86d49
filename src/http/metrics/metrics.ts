/** What an operator watches, in Prometheus form: one registry for each process that answers. */
import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client';
import { type MetricSources, registerGauges } from './gauges.js';

export interface Metrics {
  readonly registry: Registry;
  /** `operation` is an operationId, or OTHER for what is no operation. */
  countRequest(operation: string, status: number, seconds: number): void;
  /** A request that was answered without being looked at. */
  countRefusal(status: number): void;
  countBatch(repository: string, size: number): void;
  /** From now on these are looked at whenever somebody asks for the metrics. */
  watch(sources: MetricSources): void;
}

export const OTHER = 'other';

const DURATIONS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
const SIZES = [1, 2, 4, 8, 16, 32, 64];

export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const requests = new Counter({
    ...{ name: 'authentik_stages_requests_total', help: 'Requests answered' },
    ...{ labelNames: ['operation', 'status'], registers },
  });
  const durations = new Histogram({
    name: 'authentik_stages_request_duration_seconds',
    help: 'From the headers of a request to the end of its answer',
    ...{ labelNames: ['operation'], buckets: DURATIONS, registers },
  });
  const refusals = new Counter({
    name: 'authentik_stages_refused_total',
    help: 'Requests answered without being looked at: 503 for want of room, others for what is not HTTP',
    ...{ labelNames: ['status'], registers },
  });
  const batches = new Histogram({
    name: 'authentik_stages_batch_size',
    help: 'Questions that shared one query',
    ...{ labelNames: ['repository'], buckets: SIZES, registers },
  });
  const countOf = remember((operation: string) =>
    remember((status: number) => requests.labels(operation, String(status))),
  );
  const durationOf = remember((operation: string) => durations.labels(operation));
  const refusalOf = remember((status: number) => refusals.labels(String(status)));
  const batchOf = remember((repository: string) => batches.labels(repository));

  return {
    registry,
    countRequest(operation, status, seconds) {
      countOf(operation)(status).inc();
      durationOf(operation).observe(seconds);
    },
    countRefusal: (status) => refusalOf(status).inc(),
    countBatch: (repository, size) => batchOf(repository).observe(size),
    watch: (sources) => registerGauges(sources, registers),
  };
}

/** Labels are looked up once: that is the dear part of counting. */
function remember<Key, Value>(make: (key: Key) => Value): (key: Key) => Value {
  const made = new Map<Key, Value>();
  return (key) => {
    const known = made.get(key);
    if (known !== undefined) return known;
    const value = make(key);
    made.set(key, value);
    return value;
  };
}
