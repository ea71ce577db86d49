/** Runs several processes that share one port, and keeps their number. */
import cluster, { type Worker } from 'node:cluster';
import type { Logger } from 'pino';
import { AggregatorRegistry, type Registry } from 'prom-client';

/** Environment variables that a worker gets on top of its parent's. */
export type WorkerEnvironment = Readonly<Record<string, string>>;

export interface Workers {
  readonly url: string;
  /** The metrics of all workers in one: sums, except where a sum would mean nothing. */
  metrics(): Promise<string>;
  /** Tells all workers to close, and resolves when they have. */
  close(): Promise<void>;
}

/** What a worker tells its parent. */
export type WorkerMessage =
  | { readonly type: 'listening'; readonly url: string }
  | { readonly type: 'failed'; readonly message: string };

// A worker that cannot live must not be started as fast as the machine can.
const RESTART_DELAY_MS = 500;

/**
 * Resolves when all workers listen. Rejects with the message of the first one that cannot start, after
 * stopping the others. A worker that dies later is replaced.
 */
export async function startWorkers(
  count: number,
  environment: WorkerEnvironment,
  shutdownTimeoutMs: number,
  logger: Logger,
): Promise<Workers> {
  let isClosing = false;

  function replace(worker: Worker, code: number | null, signal: string | null): void {
    if (isClosing) return;
    logger.error({ worker: worker.process.pid, code, signal }, 'a worker died; replacing it');
    setTimeout(async () => {
      if (isClosing) return;
      try {
        await fork(environment);
        logger.info('the worker is replaced');
      } catch (err) {
        // Its own exit event brings the next attempt.
        logger.error({ err }, 'a worker could not start');
      }
    }, RESTART_DELAY_MS);
  }

  async function close(): Promise<void> {
    isClosing = true;
    const workers = Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined);
    await Promise.all(workers.map((worker) => stop(worker, shutdownTimeoutMs)));
  }

  try {
    const urls = await Promise.all(Array.from({ length: count }, () => fork(environment)));
    cluster.on('exit', replace);
    const registry = new AggregatorRegistry();
    return { url: urls[0] ?? '', metrics: () => registry.clusterMetrics(), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** In a worker: gives its metrics to the parent whenever that asks. */
export function offerMetrics(registry: Registry): void {
  AggregatorRegistry.setRegistries(registry);
  // Making one starts listening, in a worker as in its parent.
  new AggregatorRegistry();
}

function fork(environment: WorkerEnvironment): Promise<string> {
  const worker = cluster.fork(environment);
  return new Promise((resolve, reject) => {
    worker.on('message', (message: WorkerMessage) => {
      if (message.type === 'listening') resolve(message.url);
      // Not simply otherwise: metrics come the same way.
      if (message.type === 'failed') reject(new Error(message.message));
    });
    worker.once('exit', (code, signal) => {
      reject(new Error(`A worker ended before it listened (${signal ?? `exit code ${code}`}).`));
    });
  });
}

// Beyond the worker's own deadline something is stuck.
const KILL_GRACE_MS = 2000;

function stop(worker: Worker, shutdownTimeoutMs: number): Promise<void> {
  return new Promise((resolve) => {
    if (worker.isDead()) return resolve();
    const kill = setTimeout(
      () => worker.process.kill('SIGKILL'),
      shutdownTimeoutMs + KILL_GRACE_MS,
    );
    worker.once('exit', () => {
      clearTimeout(kill);
      resolve();
    });
    worker.process.kill('SIGTERM');
  });
}
