/** Runs several processes that share one port, and keeps their number. */
import cluster, { type Worker } from 'node:cluster';
import type { Logger } from 'pino';
import { AggregatorRegistry } from 'prom-client';
import type { Config } from './config.js';
import { createLogger } from './log.js';
import { startService } from './service.js';

export interface Workers {
  readonly url: string;
  /** The metrics of all workers in one: sums, except where a sum would mean nothing. */
  metrics(): Promise<string>;
  /** Tells all workers to close, and resolves when they have. */
  close(): Promise<void>;
}

/** What a worker tells its parent. */
type Message =
  | { readonly type: 'listening'; readonly url: string }
  | { readonly type: 'failed'; readonly message: string };

// A worker that cannot live must not be started as fast as the machine can.
const RESTART_DELAY_MS = 500;
// Beyond the worker's own deadline something is stuck.
const KILL_GRACE_MS = 2000;

/**
 * Resolves when all workers listen. Rejects with the message of the first one that cannot start, after stopping the
 * others. A worker that dies later is replaced.
 */
export async function startWorkers(
  { process: { workers }, http }: Config,
  databaseUrl: string,
  logger: Logger,
): Promise<Workers> {
  // Not DATABASE_URL: a worker, too, must know whether its data is the demo's.
  const environment = { WORKER_DATABASE_URL: databaseUrl };
  let isClosing = false;

  function replace(worker: Worker, code: number | null, signal: string | null): void {
    if (isClosing) return;
    logger.error({ worker: worker.process.pid, code, signal }, 'a worker died; replacing it');
    setTimeout(() => {
      if (isClosing) return;
      fork(environment).then(
        () => logger.info('the worker is replaced'),
        // Its own exit event brings the next attempt.
        (err) => logger.error({ err }, 'a worker could not start'),
      );
    }, RESTART_DELAY_MS);
  }

  async function close(): Promise<void> {
    isClosing = true;
    const timeoutMs = http.shutdownDelayMs + http.shutdownTimeoutMs + KILL_GRACE_MS;
    const running = Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined);
    await Promise.all(running.map((worker) => stop(worker, timeoutMs)));
  }

  try {
    const urls = await Promise.all(Array.from({ length: workers }, () => fork(environment)));
    cluster.on('exit', replace);
    const registry = new AggregatorRegistry();
    return { url: urls[0] ?? '', metrics: () => registry.clusterMetrics(), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** In a worker: serves, gives its metrics to the parent whenever that asks, and closes when told to. */
export async function serveAsWorker(config: Config): Promise<void> {
  const tell = (message: Message) => process.send?.(message);
  try {
    const logger = await createLogger(config.process.logLevel);
    const databaseUrl = process.env.WORKER_DATABASE_URL ?? '';
    const service = await startService(config, { databaseUrl, logger });
    process.once('SIGTERM', () => void service.close().then(() => process.exit(0)));
    AggregatorRegistry.setRegistries(service.metrics);
    // Making one starts listening, in a worker as in its parent.
    new AggregatorRegistry();
    tell({ type: 'listening', url: service.url });
  } catch (error) {
    tell({ type: 'failed', message: (error as Error).message });
    process.disconnect();
  }
  // A terminal sends these to all processes at once; the parent tells its workers itself.
  for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => {});
}

function fork(environment: Readonly<Record<string, string>>): Promise<string> {
  const worker = cluster.fork(environment);
  return new Promise((resolve, reject) => {
    worker.on('message', (message: Message) => {
      if (message.type === 'listening') resolve(message.url);
      // Not simply otherwise: metrics come the same way.
      if (message.type === 'failed') reject(new Error(message.message));
    });
    worker.once('exit', (code, signal) => {
      reject(new Error(`A worker ended before it listened (${signal ?? `exit code ${code}`}).`));
    });
  });
}

function stop(worker: Worker, timeoutMs: number): Promise<void> {
  return new Promise((resolve) => {
    if (worker.isDead()) return resolve();
    const kill = setTimeout(() => worker.process.kill('SIGKILL'), timeoutMs);
    worker.once('exit', () => {
      clearTimeout(kill);
      resolve();
    });
    worker.process.kill('SIGTERM');
  });
}
