/** Runs several processes that share one port, and keeps their number. */
import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import { AggregatorRegistry } from 'prom-client';
import type { Config } from './config.js';
import { createLogger } from './log.js';
import { type ServiceOptions, startService } from './service.js';

/** A worker's first message to its parent: where it listens, or why it cannot start. Later ones are metrics. */
type FirstMessage = { readonly url: string } | { readonly problem: object };

// A worker that cannot live must not be started as fast as the machine can.
const RESTART_DELAY_MS = 500;
// Beyond the worker's own deadline something is stuck.
const KILL_GRACE_MS = 2000;

/**
 * All workers as one service, when all listen; their metrics are summed, except where a sum would mean nothing. Rejects
 * with the message of the first one that cannot start, after stopping the others. A worker that dies later is replaced.
 */
export async function startWorkers(config: Config, databaseUrl: string, logger: Logger) {
  const { shutdownDelayMs, shutdownTimeoutMs } = config.http;
  let isClosing = false;

  /** Resolves to the worker's URL. Its environment has DATABASE_URL only where ours has: it must know its data is the demo's. */
  async function fork(): Promise<string> {
    const worker = cluster.fork({ WORKER_DATABASE_URL: databaseUrl });
    return new Promise((resolve, reject) => {
      worker.once('message', (message: FirstMessage) => {
        if ('url' in message) resolve(message.url);
        else reject(Object.assign(new Error(), message.problem));
      });
      worker.once('exit', (code, signal) =>
        reject(new Error(`A worker ended before it listened (${signal ?? `exit code ${code}`}).`)),
      );
    });
  }

  async function replace({ process: { pid } }: Worker, code: number | null, signal: string | null): Promise<void> {
    if (isClosing) return;
    logger.error({ worker: pid, code, signal }, 'a worker died; replacing it');
    await pause(RESTART_DELAY_MS);
    if (isClosing) return;
    const replaced = () => logger.info('the worker is replaced');
    // Its own exit event brings the next attempt.
    await fork().then(replaced, (err) => logger.error({ err }, 'a worker could not start'));
  }

  async function stop(worker: Worker): Promise<void> {
    if (worker.isDead()) return;
    const signal = AbortSignal.timeout(shutdownDelayMs + shutdownTimeoutMs + KILL_GRACE_MS);
    const exited = once(worker, 'exit', { signal });
    worker.process.kill('SIGTERM');
    await exited.catch(() => worker.process.kill('SIGKILL'));
  }

  async function close(): Promise<void> {
    isClosing = true;
    await Promise.all(Object.values(cluster.workers ?? {}).map((worker) => worker && stop(worker)));
  }

  try {
    // The first one alone, so that it tells the operator before any other logs.
    const url = await fork();
    await Promise.all(Array.from({ length: config.process.workers - 1 }, fork));
    cluster.on('exit', replace);
    const registry = new AggregatorRegistry();
    return { url, metrics: { metrics: () => registry.clusterMetrics() }, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** In a worker: serves, gives its metrics to the parent whenever that asks, and closes when told to. */
export async function serveAsWorker(config: Config, options: Pick<ServiceOptions, 'onAway'>): Promise<void> {
  const tell = (message: FirstMessage) => process.send?.(message);
  // A terminal sends these to all processes at once; the parent tells its workers itself.
  for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => {});
  try {
    const logger = await createLogger(config.process.logLevel);
    const databaseUrl = process.env.WORKER_DATABASE_URL ?? '';
    const service = await startService(config, { databaseUrl, logger, ...options });
    process.once('SIGTERM', () => void service.close().then(() => process.exit(0)));
    tell({ url: service.url });
    AggregatorRegistry.setRegistries(service.metrics);
    // Making one starts listening, in a worker as in its parent.
    new AggregatorRegistry();
  } catch (error) {
    // With the code and the address, from which the parent explains it.
    tell({ problem: { ...(error as Error), message: (error as Error).message } });
    process.disconnect();
  }
}
