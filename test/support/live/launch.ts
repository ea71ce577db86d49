import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';

export interface Launched {
  readonly child: ChildProcess;
  /** Everything that was written so far, on both outputs. */
  readonly output: () => string;
  readonly isRunning: () => boolean;
  /** Resolves to the exit code; null after a signal. */
  readonly ended: Promise<number | null>;
}

/** Starts a program that does not outlive the tests. */
export function launch(command: readonly string[], options: SpawnOptions = {}): Launched {
  const [program = '', ...parameters] = command;
  const child = spawn(program, parameters, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
  }
  const abandon = () => child.kill('SIGKILL');
  process.once('exit', abandon);
  const ended = once(child, 'close').then(([code]) => {
    process.off('exit', abandon);
    return code as number | null;
  });
  return {
    child,
    output: () => text,
    isRunning: () => child.exitCode === null && child.signalCode === null,
    ended,
  };
}

const NOBODY = 65_534;

/** For `spawn`. Only root can become someone else; anybody else is without privileges already. */
export function unprivileged(): { uid?: number; gid?: number } {
  return process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
}
