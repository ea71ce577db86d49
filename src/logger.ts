/** The structured log, on standard output unless told otherwise. */
import { type DestinationStream, type Logger, pino } from 'pino';
import { DatabaseError } from './data/errors.js';
import { createLogOutput } from './log-output.js';

export function createLogger(level: string, output?: DestinationStream): Logger {
  return pino({ level, serializers: { err: describeError } }, output ?? createLogOutput());
}

interface DescribedError {
  readonly type: string;
  readonly message: string;
  readonly sqlState?: string | undefined;
  /** Which fields of an answer broke the contract, and how. */
  readonly errors?: unknown;
  readonly stack?: string | undefined;
  readonly cause?: DescribedError;
}

/** Only what we chose: errors of libraries carry whole requests and settings. */
function describeError(error: unknown): DescribedError | undefined {
  if (!(error instanceof Error)) return undefined;
  const { errors } = error as { errors?: unknown };
  return {
    type: error.name,
    message: error.message,
    ...(error instanceof DatabaseError && { sqlState: error.sqlState }),
    ...(Array.isArray(errors) && { errors: errors.map(describeProblem) }),
    ...(error.cause instanceof Error
      ? { cause: describeError(error.cause) as DescribedError }
      : { stack: error.stack }),
  };
}

function describeProblem(problem: unknown): unknown {
  if (problem instanceof Error) return problem.message;
  const { path, message } = problem as { path?: string; message?: string };
  return { path, message };
}
