/** The structured log on standard output, which never keeps the service from serving or from ending. */
import { fstatSync, writeFile } from 'node:fs';
import { Socket } from 'node:net';
import { isatty } from 'node:tty';
import { type DestinationStream, type Logger, pino } from 'pino';
import { DatabaseError } from './data/errors.js';

const STDOUT = 1;
const MAX_BUFFERED = 1_048_576;

export const isTerminal = isatty(STDOUT);

/** Lines that were lost, since the output was full, closed or stuck. */
export const dropped = { lines: 0 };

/** Readable on a terminal where pino-pretty is installed, JSON elsewhere; `output` is for tests. */
export async function createLogger(level: string, output?: DestinationStream): Promise<Logger> {
  const serializers = { err: describeError };
  return pino({ level, serializers }, output ?? (await createPrettyOutput()) ?? createOutput());
}

async function createPrettyOutput(): Promise<DestinationStream | undefined> {
  if (!isTerminal) return undefined;
  try {
    const { default: pretty } = await import('pino-pretty');
    return pretty({ ignore: 'pid,hostname,id', translateTime: 'SYS:HH:MM:ss', singleLine: true });
  } catch {
    return undefined;
  }
}

/** Lines of one turn of the event loop are written as one text, and dropped while too much waits. */
function createOutput(): DestinationStream {
  const writeText = createWriter();
  let lines: string[] = [];
  let buffered = 0;

  function flush(): void {
    const [text, count] = [lines.join(''), lines.length];
    lines = [];
    writeText(text, (error) => {
      if (error) dropped.lines += count;
      buffered -= text.length;
    });
  }

  return {
    write(line) {
      if (buffered + line.length > MAX_BUFFERED) {
        dropped.lines += 1;
        return;
      }
      if (lines.length === 0) setImmediate(flush);
      lines.push(line);
      buffered += line.length;
    },
  };
}

type WriteText = (text: string, done: (error?: Error | null) => void) => void;

/**
 * A pipe must not be written to as a file is: one that nobody reads would hold a thread for ever, and with it the end of
 * the process. Nor as Node's own `process.stdout`, which waits for pipes.
 */
function createWriter(): WriteText {
  const stats = fstatSync(STDOUT);
  if (!stats.isFIFO() && !stats.isSocket()) return writeToFile;
  const socket = new Socket({ fd: STDOUT, readable: false, writable: true });
  // The callback of each write gets the error, too.
  socket.on('error', () => {});
  socket.unref();
  return (text, done) => socket.write(text, done);
}

let previous = Promise.resolve();

/** One after the other, since the system may write less than it is given. */
function writeToFile(text: string, done: (error?: Error | null) => void): void {
  const next = () => new Promise<void>((resolve) => writeFile(STDOUT, text, (error) => resolve(done(error))));
  previous = previous.then(next);
}

/** Only what we chose: errors of libraries carry whole requests and settings, and stacks of their own. */
function describeError(error: unknown): object | undefined {
  if (!(error instanceof Error)) return undefined;
  const { name: type, message, stack, cause } = error;
  const { errors } = error as { errors?: unknown };
  return {
    type,
    message,
    // Which fields of a response broke the contract, and how.
    ...(Array.isArray(errors) && { errors: errors.map(({ path, message }) => ({ path, message })) }),
    ...(error instanceof DatabaseError
      ? { sqlState: error.sqlState }
      : cause instanceof Error
        ? { cause: describeError(cause) }
        : { stack }),
  };
}
