/** Process entry: the command line, the database of a first try, and the end on a signal. */
import cluster from 'node:cluster';
import { parseArgs } from 'node:util';
import { type Config, findMistakes, readConfig } from './config.js';
import { describeStart } from './demo/demo.js';
import { type DemoDatabase, openDemoDatabase } from './demo/postgres.js';
import { runDoctor } from './doctor/doctor.js';
import { startMetricsServer } from './http/metrics/metrics-server.js';
import { createLogger } from './log.js';
import { startService } from './service.js';
import { verify } from './verify/command.js';
import { serveAsWorker, startWorkers } from './workers.js';

const USAGE = `Usage: node dist/src/main.js [command] [options]

  serve    serves the contract (the default)
  doctor   examines the database, and reports what keeps it from being served
  verify   checks whether a deployment keeps the contract

  --help   prints this, or the options of a command

Settings are environment variables: see docs/settings.md.
`;

const say = (text: string) => process.stderr.write(text);

async function main(args: readonly string[]): Promise<void> {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    throw new Error(`Node ${process.versions.node} is too old: this needs Node 20.19 or later.`);
  }
  const [command = 'serve', ...rest] = args[0]?.startsWith('-') ? ['serve', ...args] : args;
  if (command === 'verify') {
    process.exitCode = await verify(rest, {
      environment: process.env,
      out: (text) => process.stdout.write(text),
      err: say,
    });
    return;
  }
  if (wantsHelp(command, rest)) {
    process.stdout.write(USAGE);
    return;
  }
  const config = readConfig(process.env);
  if (cluster.isWorker) return serveAsWorker(config);
  for (const mistake of findMistakes(process.env)) say(`${mistake}\n`);
  const demo = config.database.url ? undefined : await openDemoDatabase();
  const databaseUrl = config.database.url ?? demo?.url ?? '';
  try {
    if (command === 'serve') return await serve(config, databaseUrl, demo);
    const canBeServed = await runDoctor(config, databaseUrl, (text) => process.stdout.write(text));
    await demo?.close();
    // A connection to a server that does not respond would keep the process.
    process.exit(canBeServed ? 0 : 1);
  } catch (error) {
    await demo?.close();
    throw error;
  }
}

/** Throws an error that explains the use for what it does not know. */
function wantsHelp(command: string, args: string[]): boolean {
  try {
    const { values } = parseArgs({ args, options: { help: { type: 'boolean', short: 'h' } } });
    if (command !== 'serve' && command !== 'doctor') throw new Error(`There is no command "${command}".`);
    return values.help ?? false;
  } catch (error) {
    throw new Error(`${(error as Error).message}\n\n${USAGE}`);
  }
}

async function serve(config: Config, databaseUrl: string, demo: DemoDatabase | undefined) {
  const logger = await createLogger(config.process.logLevel);
  const onAway = (advice: string) => say(`${advice}\n`);
  const running =
    config.process.workers > 1
      ? await startWorkers(config, databaseUrl, logger)
      : await startService(config, { databaseUrl, logger, onAway });
  const { host, port } = config.metrics;
  const collect = () => running.metrics.metrics();
  try {
    const metrics = port === undefined ? undefined : await startMetricsServer(host, port, collect);
    if (metrics) logger.info({ url: metrics.url }, 'metrics');
    closeOnSignal(async () => {
      await running.close();
      await metrics?.close();
      await demo?.close();
    });
  } catch (error) {
    await running.close();
    throw error;
  }
  say(describeStart(running.url, demo !== undefined, config.http.referencePage));
}

/** A second signal ends the process at once. */
function closeOnSignal(close: () => Promise<void>): void {
  let isClosing = false;
  async function stop(): Promise<void> {
    if (isClosing) process.exit(1);
    isClosing = true;
    if (process.stderr.isTTY) say('\nClosing: running requests finish. Press Ctrl-C again to stop at once.\n');
    await close();
    process.exit(0);
  }
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => void stop());
}

main(process.argv.slice(2)).catch((error: Error) => {
  say(`Cannot start.\n${explain(error)}\n`);
  process.exit(1);
});

type StartError = NodeJS.ErrnoException & { readonly port?: number; readonly address?: string };

function explain({ message, code, port, address }: StartError): string {
  const place = `Port ${port} of ${address}`;
  if (code === 'EADDRINUSE') {
    return `${place} is taken. Stop what listens there, or set PORT (or METRICS_PORT) to another.`;
  }
  if (code === 'EACCES') {
    return `${place} may not be used by this account. Set PORT (or METRICS_PORT) to one above 1023.`;
  }
  return code === 'EADDRNOTAVAIL' ? `This machine has no address ${address}. Correct HOST (or METRICS_HOST).` : message;
}
