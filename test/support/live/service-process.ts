import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { packageRoot } from '../../../src/package-root.js';
import { childrenOf, residentMegabytes } from './processes.js';
import { until } from './until.js';

/** The whole program in a process of its own, as an operator runs it. */
export interface ServiceProcess {
  readonly url: string;
  readonly pid: number;
  /** Everything that it has written to standard output and standard error. */
  readonly output: () => string;
  readonly isRunning: () => boolean;
  /** The processes of its workers, if it has any. */
  workers(): number[];
  residentMegabytes(): number;
  signal(signal: NodeJS.Signals): void;
  /** Resolves to the exit code, or to the signal that ended it. */
  readonly exited: Promise<number | NodeJS.Signals>;
  /** Ends it if it still runs. */
  stop(): Promise<void>;
}

export type ServiceSettings = Readonly<Record<string, string | number>>;

// `npm run build` writes it.
const ENTRY = 'dist/src/main.js';
const START_TIMEOUT_MS = 20_000;

/** Rejects with its output when it ends instead of listening. */
export async function startServiceProcess(
  settings: ServiceSettings,
  nodeOptions: readonly string[] = [],
): Promise<ServiceProcess> {
  const child = spawn(process.execPath, [...nodeOptions, ENTRY], {
    cwd: packageRoot,
    env: environment(settings),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const chunks: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => chunks.push(text));
  }
  const exited = once(child, 'close').then(([code, signal]) => code ?? signal);
  const output = () => chunks.join('');
  const isRunning = () => child.exitCode === null && child.signalCode === null;
  const address = () => /listens on (http:\/\/[^/\s]+)/.exec(output())?.[1];
  await until('the service listens', () => !isRunning() || !!address(), START_TIMEOUT_MS);
  const url = address();
  if (!url) {
    await exited;
    throw new Error(output());
  }
  return {
    url,
    pid: child.pid as number,
    output,
    isRunning,
    workers: () => childrenOf(child.pid as number),
    residentMegabytes: () => residentMegabytes(child.pid as number),
    signal: (signal) => void child.kill(signal),
    exited,
    stop: () => stop(child, exited),
  };
}

function environment(settings: ServiceSettings): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR } = process.env;
  const given = Object.entries(settings).map(([name, value]) => [name, String(value)]);
  return { PATH, HOME, ...(TMPDIR && { TMPDIR }), PORT: '0', ...Object.fromEntries(given) };
}

async function stop(child: ChildProcess, exited: Promise<unknown>): Promise<void> {
  child.kill('SIGCONT');
  child.kill('SIGTERM');
  await exited;
}
