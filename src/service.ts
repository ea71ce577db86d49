/** One process that serves the contract: the store, the application and the HTTP server as one. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import { Registry } from 'prom-client';
import { createApp } from './app.js';
import type { Config } from './config.js';
import { loadContract } from './contract/contract.js';
import type { Clock } from './data/access-repository.js';
import { adviseOnConnection } from './data/connection-advice.js';
import type { DatabaseOptions } from './data/database.js';
import { DatabaseError } from './data/errors.js';
import { probePreparedStatements } from './data/prepared-statements.js';
import { openStore, type Store } from './data/store.js';
import { DEMO } from './demo/demo.js';
import { createMetrics } from './http/metrics/metrics.js';
import type { ReferenceOptions } from './http/reference/reference.js';
import { startServer } from './http/server.js';
import { createOperations } from './operations/operations.js';
import { storeSettings } from './store-settings.js';

export interface Service {
  readonly url: string;
  /** Empty unless the configuration asks for metrics. */
  readonly metrics: Registry;
  /** Stops being ready, finishes running requests, and closes the connections to the database. */
  close(): Promise<void>;
}

/**
 * Rejects before listening when the contract or the database cannot be served. A database that is merely away
 * does not keep the service from starting: it is not ready until the database comes.
 */
export async function startService(
  config: Config,
  databaseUrl: string,
  logger: Logger,
  clock: Clock = () => new Date(),
): Promise<Service> {
  const contract = loadContract();
  const metrics = config.metricsPort === undefined ? undefined : createMetrics();
  const settings = storeSettings(config, databaseUrl);
  const store = openStore({
    ...settings,
    clock,
    onIdleError: (err) => logger.warn({ err }, 'a database connection broke'),
    onGeneration: (generation, err) =>
      generation
        ? logger.info(
            { generation: generation.since, schema: config.databaseSchema },
            'database understood',
          )
        : logger.error({ err }, 'database not usable'),
    ...(metrics && { onBatch: metrics.countBatch }),
  });
  let isClosing = false;
  try {
    await checkAtStart(store, settings, logger);
    const app = await createApp({
      contract,
      operations: createOperations(store),
      access: store.access,
      readiness: {
        check: () =>
          isClosing ? Promise.reject(new Error('The server is closing.')) : store.check(),
      },
      logger,
      requestTimeoutMs: config.requestTimeoutMs,
      reference: config.servesReference ? referenceOptions(config) : undefined,
      metrics,
    });
    const server = await startServer(app, {
      ...config,
      logger,
      allowedMethods: contract.allowedMethods,
      ...(metrics && { onRefusal: metrics.countRefusal }),
    });
    metrics?.watch({
      load: () => server.load,
      waiting: () => store.waiting,
      pool: () => store.database.connections,
      generation: () => store.monitor.generation?.since,
    });
    return {
      url: server.url,
      metrics: metrics?.registry ?? new Registry(),
      async close() {
        isClosing = true;
        server.drain();
        await pause(config.shutdownDelayMs);
        await server.close();
        // A server that does not answer does not take leave either.
        await Promise.race([
          store.close(),
          pause(config.shutdownTimeoutMs, undefined, { ref: false }),
        ]);
      },
    };
  } catch (error) {
    await store.close();
    throw error;
  }
}

async function checkAtStart(
  store: Store,
  settings: DatabaseOptions,
  logger: Logger,
): Promise<void> {
  try {
    await store.check();
    if (settings.usesPreparedStatements) await probePreparedStatements(settings);
  } catch (err) {
    if (!(err instanceof DatabaseError)) throw err;
    const advice = await adviseOnConnection(err, settings.url);
    if (!advice.isTransient) throw new Error(advice.text, { cause: err });
    logger.warn({ err }, `not ready until the database comes. ${advice.text}`);
  }
}

function referenceOptions({ databaseUrl }: Config): ReferenceOptions {
  if (databaseUrl) return {};
  const { administratorToken, stageUuid } = DEMO;
  return { demo: { token: administratorToken, parameters: { stage_uuid: stageUuid } } };
}
