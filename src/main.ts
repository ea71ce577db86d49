/** Process entry: the command line, the database of a first try, and the end on a signal. */
import './node-version.js';
import cluster from 'node:cluster';
import { parseArgs } from 'node:util';
import { type Config, findMistakes, readConfig } from './config.js';
import { describeStart } from './demo/demo.js';
import { openDemoDatabase } from './demo/postgres.js';
import { runDoctor } from './doctor/doctor.js';
import { startMetricsServer } from './http/metrics.js';
import { createLogger } from './log.js';
import { type Service, startService } from './service.js';
import { verify } from './verify/command.js';
import { serveAsWorker, startWorkers } from './workers.js';

const USAGE = `Usage: node dist/src/main.js [command] [options]

  serve    serves the contract (the default)
  doctor   examines the database, and reports what keeps it from being served
  verify   checks whether a deployment keeps the contract

  --help   prints this, or the options of a command

Settings are environment variables: see docs/settings.md.
`;

const print = (text: string) => process.stdout.write(text);
const say = (text: string) => process.stderr.write(text);
const sayLine = (text: string) => say(`${text}\n`);
// A full disk under it must not keep the service from starting.
process.stderr.on('error', () => {});

/** What is to be closed before the end. */
const opened: Partial<Record<'service' | 'metrics' | 'demo', Pick<Service, 'url' | 'close'> | undefined>> = {};

async function main(args: string[]): Promise<void> {
  if (args[0] === 'verify') {
    process.exitCode = await verify(args.slice(1), { environment: process.env, out: print, err: say });
    return;
  }
  const command = readCommand(args);
  if (command === 'help') return void print(USAGE);
  const config = readConfig(process.env);
  // One of the workers is enough to tell the operator.
  if (cluster.isWorker) return serveAsWorker(config, cluster.worker?.id === 1 ? { onAway: sayLine } : {});
  findMistakes(process.env).forEach(sayLine);
  const demo = config.database.url ? undefined : await openDemoDatabase();
  opened.demo = demo;
  const databaseUrl = config.database.url ?? demo?.url ?? '';
  if (command === 'serve') return serve(config, databaseUrl);
  // Ends by itself: a connection to a server that does not respond would keep the process.
  await end((await runDoctor(config, databaseUrl, print)) ? 0 : 1);
}

/** Throws an error that explains the use for what it does not know. */
function readCommand(args: string[]): 'serve' | 'doctor' | 'help' {
  try {
    const options = { help: { type: 'boolean', short: 'h' } } as const;
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
    const command = positionals.join(' ') || 'serve';
    if (command !== 'serve' && command !== 'doctor') throw new Error(`There is no command "${command}".`);
    return values.help ? 'help' : command;
  } catch (error) {
    throw new Error(`${(error as Error).message}\n\n${USAGE}`);
  }
}

async function serve(config: Config, databaseUrl: string): Promise<void> {
  const logger = await createLogger(config.process.logLevel);
  const service =
    config.process.workers > 1
      ? await startWorkers(config, databaseUrl, logger)
      : await startService(config, { databaseUrl, logger, onAway: sayLine });
  opened.service = service;
  const { host, port } = config.metrics;
  if (port !== undefined) {
    opened.metrics = await startMetricsServer(host, port, () => service.metrics.metrics());
    logger.info({ url: opened.metrics.url }, 'metrics');
  }
  let isEnding = false;
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) {
    process.on(signal, () => {
      // A second signal ends the process at once.
      if (isEnding) process.exit(1);
      isEnding = true;
      if (process.stderr.isTTY) say('\nClosing: running requests finish. Press Ctrl-C again to stop at once.\n');
      void end(0);
    });
  }
  say(describeStart(service.url, opened.demo !== undefined, config.http.referencePage));
}

async function end(exitCode: number): Promise<void> {
  await opened.service?.close();
  await opened.metrics?.close();
  await opened.demo?.close();
  process.exit(exitCode);
}

main(process.argv.slice(2)).catch((error: Error) => {
  say(`Cannot start.\n${explain(error)}\n`);
  void end(1);
});

type ListenError = Error & Partial<Record<'code' | 'port' | 'address' | 'hostname', unknown>>;

function explain({ message, code, port, hostname, address = hostname }: ListenError) {
  const place = `Port ${port} of ${address}`;
  const absent = `This machine has no address ${address}. Correct HOST (or METRICS_HOST).`;
  const explanations: Readonly<Record<string, string>> = {
    EADDRINUSE: `${place} is taken. Stop what listens there, or set PORT (or METRICS_PORT) to another.`,
    EACCES: `${place} may not be used by this account. Set PORT (or METRICS_PORT) to one above 1023.`,
    ...{ EADDRNOTAVAIL: absent, ENOTFOUND: absent, EAI_AGAIN: absent },
  };
  return explanations[String(code)] ?? message;
}
