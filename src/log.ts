/** The structured log on standard output, which never keeps the service from serving or from ending. */
import { fstatSync, writeFile } from 'node:fs';
import { Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { isatty } from 'node:tty';
import { promisify } from 'node:util';
import { type DestinationStream, type Logger, pino } from 'pino';
import { DatabaseError } from './data/errors.js';
import { OperationError } from './domain/errors.js';

const STDOUT = 1;
const MAX_BUFFERED = 1_048_576;

export const isTerminal = isatty(STDOUT);

/** Lines that were lost, since the output was full, closed or stuck. */
export const dropped = { lines: 0 };

/** Readable on a terminal where pino-pretty is installed, JSON elsewhere; `output` is for tests. */
export async function createLogger(level: string, output?: DestinationStream): Promise<Logger> {
  const pretty = isTerminal ? await import('pino-pretty').catch(() => undefined) : undefined;
  const terminal = pretty?.default({ ignore: 'pid,hostname,id', translateTime: 'SYS:HH:MM:ss', singleLine: true });
  return pino({ level, serializers: { err: describeError } }, output ?? terminal ?? createOutput());
}

/** Lines are dropped while too many wait. */
function createOutput(): DestinationStream {
  const write = createWriter();
  let lines: string[] = [];
  let buffered = 0;

  /** Writes the lines of a turn of the event loop as one text, and those that have come meanwhile as the next. */
  async function flush(): Promise<void> {
    await nextTurn();
    while (lines.length > 0) {
      const [text, count] = [lines.join(''), lines.length];
      lines = [];
      await write(text).catch(() => {
        dropped.lines += count;
      });
      buffered -= text.length;
    }
  }

  return {
    write(line) {
      if (buffered + line.length > MAX_BUFFERED) {
        dropped.lines += 1;
        return;
      }
      if (buffered === 0) void flush();
      lines.push(line);
      buffered += line.length;
    },
  };
}

/**
 * A pipe must not be written to as a file is: one that nobody reads would hold a thread for ever, and with it the end of
 * the process. Nor as Node's own `process.stdout`, which waits for pipes.
 */
function createWriter(): (text: string) => Promise<unknown> {
  const stats = fstatSync(STDOUT);
  if (!stats.isFIFO() && !stats.isSocket()) return (text) => promisify(writeFile)(STDOUT, text);
  const socket = new Socket({ fd: STDOUT, readable: false, writable: true });
  // The callback of each write gets the error, too.
  socket.on('error', () => {}).unref();
  return promisify((text: string, done: (error?: Error | null) => void) => socket.write(text, done));
}

/** Only what we chose: errors of libraries carry whole requests and settings, and stacks of their own. */
function describeError(error: unknown): object | undefined {
  if (!(error instanceof Error)) return undefined;
  const { name: type, message, cause } = error;
  if (error instanceof DatabaseError) return { type, message, sqlState: error.sqlState };
  const { errors } = error as { errors?: unknown };
  // Which fields of a response broke the contract, and how.
  const faults = Array.isArray(errors) && { errors: errors.map(({ path, message }) => ({ path, message })) };
  // Ours say it all; and under overload, making a stack readable costs time that good requests need.
  const origin = !(error instanceof OperationError) && { stack: error.stack };
  return { type, message, ...faults, ...(cause instanceof Error ? { cause: describeError(cause) } : origin) };
}
