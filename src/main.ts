/** Process entry: the command, configuration, database, listening, and closing on a signal. */
import './memory.js';

import cluster from 'node:cluster';
import type { Logger } from 'pino';
import { type Config, readConfig } from './config.js';
import { describeStart } from './demo/demo.js';
import { type DemoDatabase, openDemoDatabase } from './demo/postgres.js';
import { writeReport } from './doctor/report.js';
import { createLogger } from './logger.js';
import { startService } from './service.js';
import { type Observable, type Running, withMetrics } from './with-metrics.js';
import { offerMetrics, startWorkers, type WorkerMessage } from './workers.js';

async function main(): Promise<void> {
  const [command, ...rest] = process.argv.slice(2);
  if (rest.length > 0 || (command !== undefined && command !== 'doctor')) throw new Error(USAGE);
  const config = readConfig(process.env);
  if (command === 'doctor') await runDoctor(config);
  else if (cluster.isWorker) await runWorker(config);
  else await runPrimary(config);
}

const USAGE = `Usage: node dist/src/main.js [doctor]
  without a command  serves the contract
  doctor             examines the database and reports what keeps it from being served`;

async function runDoctor(config: Config): Promise<void> {
  const demo = config.databaseUrl ? undefined : await openDemoDatabase();
  const databaseUrl = config.databaseUrl ?? (demo as DemoDatabase).url;
  const isServable = await writeReport(config, databaseUrl, (text) => process.stdout.write(text));
  await demo?.close();
  // A connection to a server that does not answer would keep the process.
  process.exit(isServable ? 0 : 1);
}

async function runPrimary(config: Config): Promise<void> {
  const { databaseUrl } = config;
  const demo = databaseUrl ? undefined : await openDemoDatabase();
  try {
    const running = await serve(config, databaseUrl ?? (demo as DemoDatabase).url);
    closeOnSignal(async () => {
      await running.close();
      await demo?.close();
    });
    process.stderr.write(describeStart(running.url, demo !== undefined, config.servesReference));
  } catch (error) {
    await demo?.close();
    throw error;
  }
}

async function serve(config: Config, databaseUrl: string): Promise<Running> {
  const logger = createLogger(config.logLevel);
  return withMetrics(config, logger, await serveContract(config, databaseUrl, logger));
}

async function serveContract(
  config: Config,
  databaseUrl: string,
  logger: Logger,
): Promise<Observable> {
  if (config.workers === 1) {
    const service = await startService(config, databaseUrl, logger);
    return { ...service, metrics: () => service.metrics.metrics() };
  }
  // Not DATABASE_URL: a worker, too, must know whether its data is the demo's.
  const environment = { WORKER_DATABASE_URL: databaseUrl };
  const shutdownMs = config.shutdownDelayMs + config.shutdownTimeoutMs;
  return startWorkers(config.workers, environment, shutdownMs, logger);
}

async function runWorker(config: Config): Promise<void> {
  const tell = (message: WorkerMessage) => process.send?.(message);
  try {
    const logger = createLogger(config.logLevel);
    const service = await startService(config, process.env.WORKER_DATABASE_URL ?? '', logger);
    closeOnSignal(() => service.close());
    offerMetrics(service.metrics);
    tell({ type: 'listening', url: service.url });
  } catch (error) {
    tell({ type: 'failed', message: (error as Error).message });
    process.disconnect();
  }
}

function closeOnSignal(close: () => Promise<void>): void {
  let isClosing = false;
  async function stop(): Promise<void> {
    if (isClosing) return;
    isClosing = true;
    await close();
    process.exit(0);
  }
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop());
  // A terminal sends SIGINT to all processes at once; the primary tells its workers itself.
  process.on('SIGINT', () => void (cluster.isWorker ? undefined : stop()));
}

main().catch((error: Error) => {
  process.stderr.write(`Cannot start.\n${error.message}\n`);
  process.exit(1);
});
