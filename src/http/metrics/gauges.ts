/** What is so at the moment when somebody asks for the metrics. */
import { Gauge, type Registry } from 'prom-client';

export interface MetricSources {
  load(): { readonly activeRequests: number; readonly connections: number };
  /** How many questions wait for a query, by repository. */
  waiting(): Readonly<Record<string, number>>;
  pool(): { readonly open: number; readonly idle: number; readonly waiting: number };
  /** The release of authentik that brought the database's tables; undefined while they are not understood. */
  generation(): string | undefined;
}

export function registerGauges(sources: MetricSources, registers: Registry[]): void {
  gauge('active_requests', 'Requests without an answer yet', () => sources.load().activeRequests);
  gauge('connections', 'Open connections of clients', () => sources.load().connections);
  gauges('waiting', 'Questions that wait for a query', 'repository', () => sources.waiting());
  gauges('database_connections', 'Open connections to PostgreSQL', 'state', () => {
    const { open, idle } = sources.pool();
    return { busy: open - idle, idle };
  });
  gauge('database_queue', 'Queries that wait for a connection', () => sources.pool().waiting);
  gauges('database_generation_info', 'The release that brought the tables', 'since', () => {
    const generation = sources.generation();
    return generation ? { [generation]: 1 } : {};
  });

  function gauge(name: string, help: string, read: () => number): void {
    new Gauge({
      ...{ name: `authentik_stages_${name}`, help, registers },
      collect() {
        this.set(read());
      },
    });
  }

  function gauges(
    name: string,
    help: string,
    label: string,
    read: () => Readonly<Record<string, number>>,
  ): void {
    new Gauge({
      ...{ name: `authentik_stages_${name}`, help, labelNames: [label], registers },
      // The sum over all workers, but information stays 1.
      aggregator: name.endsWith('_info') ? 'max' : 'sum',
      collect() {
        this.reset();
        for (const [value, count] of Object.entries(read())) this.set({ [label]: value }, count);
      },
    });
  }
}
