/** The structured log on standard output, which never keeps the service from serving or from ending. */
import { fstatSync, write } from 'node:fs';
import { Socket } from 'node:net';
import { isatty } from 'node:tty';
import { type DestinationStream, type Logger, pino } from 'pino';
import { DatabaseError } from './data/errors.js';

/** Lines that were lost, since the output was full, closed or stuck. */
export const dropped = { lines: 0 };

/** Readable on a terminal where pino-pretty is installed, JSON elsewhere; `output` is for tests. */
export async function createLogger(level: string, output?: DestinationStream): Promise<Logger> {
  const serializers = { err: describeError };
  return pino({ level, serializers }, output ?? (await prettyOutput()) ?? createOutput());
}

async function prettyOutput(): Promise<DestinationStream | undefined> {
  if (!isatty(STDOUT)) return undefined;
  try {
    const { default: pretty } = await import('pino-pretty');
    return pretty({
      ignore: 'pid,hostname,id',
      translateTime: 'SYS:HH:MM:ss',
      destination: { write: createOutput().write },
      singleLine: true,
    });
  } catch {
    return undefined;
  }
}

const STDOUT = 1;
const MAX_BUFFERED_CHARACTERS = 1_048_576;

/** Lines of one turn of the event loop are written as one text, and dropped while too many wait. */
function createOutput(): DestinationStream {
  const writeOut = createWriter();
  let lines: string[] = [];
  let buffered = 0;

  function flush(): void {
    const text = lines.join('');
    const count = lines.length;
    lines = [];
    writeOut(text, (error) => {
      if (error) dropped.lines += count;
      buffered -= text.length;
    });
  }

  return {
    write(line) {
      if (buffered + line.length > MAX_BUFFERED_CHARACTERS) {
        dropped.lines += 1;
        return;
      }
      if (lines.length === 0) setImmediate(flush);
      lines.push(line);
      buffered += line.length;
    },
  };
}

type Write = (text: string, done: (error?: Error | null) => void) => void;

/**
 * A pipe must not be written to as a file is: one that nobody reads would hold a thread for ever, and with it the end of
 * the process. Nor as Node's own `process.stdout`, which waits for pipes.
 */
function createWriter(): Write {
  const stats = fstatSync(STDOUT);
  if (!stats.isFIFO() && !stats.isSocket()) return writeToFile;
  const socket = new Socket({ fd: STDOUT, readable: false, writable: true });
  // What fails is told to the callback of each write.
  socket.on('error', () => {});
  socket.unref();
  return (text, done) => socket.write(text, done);
}

let previous = Promise.resolve();

/** One after the other, since the system may write less than it is given. */
function writeToFile(text: string, done: (error?: Error | null) => void): void {
  previous = previous.then(
    () =>
      new Promise((resolve) => {
        writeAll(Buffer.from(text), (error) => {
          done(error);
          resolve();
        });
      }),
  );
}

function writeAll(bytes: Buffer, done: (error?: Error | null) => void): void {
  write(STDOUT, bytes, (error, written) => {
    if (error || written === bytes.length) done(error);
    else writeAll(bytes.subarray(written), done);
  });
}

interface DescribedError {
  readonly type: string;
  readonly message: string;
  readonly sqlState?: string | undefined;
  /** Which fields of a response broke the contract, and how. */
  readonly errors?: unknown;
  readonly stack?: string | undefined;
  readonly cause?: DescribedError | undefined;
}

/** Only what we chose: errors of libraries carry whole requests and settings, and stacks of their own. */
function describeError(error: unknown): DescribedError | undefined {
  if (!(error instanceof Error)) return undefined;
  const { errors } = error as { errors?: unknown };
  const described = {
    type: error.name,
    message: error.message,
    ...(Array.isArray(errors) && { errors: errors.map(describeProblem) }),
  };
  if (error instanceof DatabaseError) return { ...described, sqlState: error.sqlState };
  if (error.cause instanceof Error) return { ...described, cause: describeError(error.cause) };
  return { ...described, stack: error.stack };
}

function describeProblem(problem: unknown): unknown {
  if (problem instanceof Error) return problem.message;
  const { path, message } = problem as { path?: string; message?: string };
  return { path, message };
}
