/** One process that serves the contract: the store, the application and the HTTP server as one. */
import { setTimeout as pause } from 'node:timers/promises';
import { Registry } from 'prom-client';
import type { Config } from './config.js';
import { loadContract } from './contract/contract.js';
import { adviseOnConnection } from './data/connection-advice.js';
import { DatabaseError } from './data/errors.js';
import { describeExcess } from './data/server.js';
import { openStore, type Store, type StoreOptions } from './data/store.js';
import { createApp } from './http/app.js';
import { InFlight } from './http/in-flight.js';
import { createMetrics } from './http/metrics.js';
import { startServer } from './http/server.js';
import { createOperations } from './operations/operations.js';

export type Service = Awaited<ReturnType<typeof startService>>;

export interface ServiceOptions extends Omit<StoreOptions, 'onBatch'> {
  /** Called with a sentence for the operator when the database is away. */
  onAway?(advice: string): void;
}

/**
 * Rejects before listening when the contract or the database cannot be served. A database that is merely away
 * does not keep the service from starting: it is not ready until the database comes.
 */
export async function startService(config: Config, options: ServiceOptions) {
  const { http } = config;
  const metrics = config.metrics.port === undefined ? undefined : createMetrics();
  const store = openStore(config, { ...options, onBatch: metrics?.countBatch });
  // A server that does not respond never closes the connection.
  const closeStore = () => Promise.race([store.close(), pause(http.shutdownTimeoutMs, undefined, { ref: false })]);
  let isClosing = false;
  try {
    await checkAtStart(store, options);
    const inFlight = new InFlight();
    const shared = { ...http, contract: loadContract(), logger: options.logger, inFlight, metrics };
    const app = await createApp({
      ...shared,
      operations: createOperations(store.stages),
      access: store.access,
      checkReadiness: () => (isClosing ? Promise.reject(new Error('The server is closing.')) : store.check()),
      isDemo: !config.database.url,
    });
    const server = await startServer(app, shared);
    metrics?.watch(inFlight, store);
    return {
      url: server.url,
      /** Empty unless the configuration asks for metrics. */
      metrics: metrics?.registry ?? new Registry(),
      /** Stops being ready, finishes running requests, and closes the connections to the database. */
      async close() {
        isClosing = true;
        await server.close();
        await closeStore();
      },
    };
  } catch (error) {
    await closeStore();
    throw error;
  }
}

async function checkAtStart(store: Store, { databaseUrl, logger, onAway }: ServiceOptions) {
  try {
    await store.check();
    const excess = await describeExcess(store.database, await store.monitor.get());
    if (excess.length > 0) {
      logger.warn(`The role may do more than it needs: it ${excess.join('; it ')}. See the doctor.`);
    }
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    const advice = await adviseOnConnection(error, databaseUrl);
    if (!advice.isTransient) throw new Error(advice.text, { cause: error });
    onAway?.(advice.text);
    logger.warn({ err: error }, 'not ready until the database comes');
  }
}
