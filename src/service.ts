/** One process that serves the contract: the store, the application and the HTTP server as one. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import { Registry } from 'prom-client';
import type { Config } from './config.js';
import { loadContract } from './contract/contract.js';
import type { Clock } from './data/access.js';
import { adviseOnConnection } from './data/connection-advice.js';
import { DatabaseError } from './data/errors.js';
import { describeExcess } from './data/server.js';
import { openStore, type Store } from './data/store.js';
import { createApp } from './http/app.js';
import { InFlight } from './http/in-flight.js';
import { createMetrics } from './http/metrics/metrics.js';
import { startServer } from './http/server.js';
import { createOperations } from './operations/operations.js';

export interface Service {
  readonly url: string;
  /** Empty unless the configuration asks for metrics. */
  readonly metrics: Registry;
  /** Stops being ready, finishes running requests, and closes the connections to the database. */
  close(): Promise<void>;
}

export interface ServiceOptions {
  /** The embedded database's, while the configuration has none. */
  readonly databaseUrl: string;
  readonly logger: Logger;
  readonly clock?: Clock;
  /** Called with a sentence for the operator when the database is away. */
  onAway?(advice: string): void;
}

/**
 * Rejects before listening when the contract or the database cannot be served. A database that is merely away
 * does not keep the service from starting: it is not ready until the database comes.
 */
export async function startService(config: Config, options: ServiceOptions): Promise<Service> {
  const { http } = config;
  const { logger } = options;
  const contract = loadContract();
  const metrics = config.metrics.port === undefined ? undefined : createMetrics();
  const inFlight = new InFlight();
  const store = openConfiguredStore(config, options, metrics?.countBatch);
  let isClosing = false;
  try {
    await checkAtStart(store, options);
    const app = await createApp({
      ...http,
      contract,
      operations: createOperations(store.stages),
      access: store.access,
      readiness: {
        check: () => (isClosing ? Promise.reject(new Error('The server is closing.')) : store.check()),
      },
      logger,
      inFlight,
      reference: http.referencePage ? { isDemo: !config.database.url } : undefined,
      metrics,
    });
    const { allowedMethods } = contract;
    const server = await startServer(app, {
      ...http,
      ...{ inFlight, logger, allowedMethods },
      ...(metrics && { onRefusal: metrics.countRefusal }),
    });
    metrics?.watch(inFlight, store);
    return {
      url: server.url,
      metrics: metrics?.registry ?? new Registry(),
      async close() {
        isClosing = true;
        await server.close();
        await closeStore(store, http.shutdownTimeoutMs);
      },
    };
  } catch (error) {
    await closeStore(store, http.shutdownTimeoutMs);
    throw error;
  }
}

/** The store with the settings of the environment; the doctor opens the same. */
export function openConfiguredStore(
  { database, authentik, http }: Config,
  { databaseUrl, logger, clock = () => new Date() }: ServiceOptions,
  onBatch?: (name: string, size: number) => void,
): Store {
  return openStore({
    ...database,
    ...authentik,
    url: databaseUrl,
    // The embedded database has its own password, in its own URL.
    passwordFile: database.url && database.passwordFile,
    maxQueue: http.maxActiveRequests,
    maxWaitMs: http.requestTimeoutMs,
    clock,
    ...(onBatch && { onBatch }),
    onIdleError: (err) => logger.warn({ err }, 'a database connection broke'),
    onChange(found) {
      if (found instanceof Error) logger.error({ err: found }, 'database not usable');
      else {
        const { release, readsTokensBy, warnings } = found;
        const { schema } = database;
        logger.info({ release: release?.since, schema, readsTokensBy }, 'database understood');
        for (const warning of warnings) logger.warn(warning);
      }
    },
  });
}

async function checkAtStart(store: Store, { databaseUrl, logger, onAway }: ServiceOptions) {
  try {
    await store.check();
    const excess = await describeExcess(store.database, await store.monitor.get());
    if (excess.length > 0) {
      logger.warn(`The role may do more than it needs: ${excess.join('; ')}. See the doctor.`);
    }
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    const advice = await adviseOnConnection(error, databaseUrl);
    if (!advice.isTransient) throw new Error(advice.text, { cause: error });
    onAway?.(advice.text);
    logger.warn({ err: error }, 'not ready until the database comes');
  }
}

/** A server that does not respond never closes the connection. */
async function closeStore(store: Store, timeoutMs: number): Promise<void> {
  await Promise.race([store.close(), pause(timeoutMs, undefined, { ref: false })]);
}
