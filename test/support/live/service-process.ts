import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { packageRoot } from '../../../src/package-root.js';
import { guard } from './guard.js';
import { childrenOf, residentMegabytes } from './processes.js';
import { until } from './until.js';

/** The whole program in a process of its own, as an operator runs it. */
export interface ServiceProcess {
  readonly url: string;
  readonly pid: number;
  /** Everything that it has written to standard output and standard error, as far as they are read. */
  readonly output: () => string;
  readonly isRunning: () => boolean;
  /** The processes of its workers, if it has any. */
  workers(): number[];
  residentMegabytes(): number;
  signal(signal: NodeJS.Signals): void;
  /** Nobody reads its standard output any more: the pipe fills up, or it is closed. */
  stopReading(how: 'leave open' | 'close'): void;
  /** Resolves to the exit code, or to the signal that ended it. */
  readonly exited: Promise<number | NodeJS.Signals>;
  /** Ends it if it still runs. */
  stop(): Promise<void>;
}

export type ServiceSettings = Readonly<Record<string, string | number>>;

export interface ServiceOptions {
  /** A server that says "listens on …" as the service does. */
  readonly entry?: string;
  readonly node?: string;
  readonly nodeOptions?: readonly string[];
  /** Where standard output goes: a pipe that is read if left out, or an open file. */
  readonly stdout?: 'pipe' | 'ignore' | number;
}

// `npm run build` writes it.
const ENTRY = 'dist/src/main.js';
const START_TIMEOUT_MS = 20_000;
// Nothing of a service outlives this long after SIGTERM, unless it is stuck.
const STOP_TIMEOUT_MS = 20_000;

/** Rejects with its output when it ends instead of listening. */
export async function startServiceProcess(
  settings: ServiceSettings,
  {
    entry = ENTRY,
    node = process.execPath,
    nodeOptions = [],
    stdout = 'pipe',
  }: ServiceOptions = {},
): Promise<ServiceProcess> {
  const child = spawn(node, [...nodeOptions, entry], {
    cwd: packageRoot,
    env: environment(settings),
    stdio: ['ignore', stdout, 'pipe'],
  });
  // Undefined if node cannot be run, of which 'error' tells.
  const dismiss = child.pid === undefined ? () => {} : guard(child.pid);
  const chunks: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => chunks.push(text));
  }
  const exited = once(child, 'exit').then(([code, signal]) => {
    dismiss();
    return code ?? signal;
  });
  const closed = once(child, 'close');
  const output = () => chunks.join('');
  const isRunning = () => child.exitCode === null && child.signalCode === null;
  const address = () => /listens on (http:\/\/[^/\s]+)/.exec(output())?.[1];
  const hasDecided = () => !isRunning() || address() !== undefined;
  await until('the service listens', hasDecided, START_TIMEOUT_MS).catch((error) => {
    child.kill('SIGKILL');
    throw error;
  });
  const url = address();
  if (!url) {
    await closed;
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
    stopReading: (how) => {
      if (how === 'close') child.stdout?.destroy();
      else child.stdout?.pause().removeAllListeners('data');
    },
    exited,
    async stop() {
      if (!isRunning()) return;
      const stuck = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
      child.kill('SIGCONT');
      child.kill('SIGTERM');
      await exited;
      clearTimeout(stuck);
    },
  };
}

/** Nothing of our own environment may tune it. */
function environment(settings: ServiceSettings): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR } = process.env;
  const given = Object.entries(settings).map(([name, value]) => [name, String(value)]);
  return { PATH, HOME, ...(TMPDIR && { TMPDIR }), PORT: '0', ...Object.fromEntries(given) };
}
