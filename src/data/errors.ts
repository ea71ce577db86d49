/** Translates what Prisma and the driver throw into the one error type of the service. */
import { OperationError } from '../domain/errors.js';

/** A query that failed. The caller learns only that the service is unavailable; the log gets the cause. */
export class DatabaseError extends OperationError {
  /** PostgreSQL's five-character code; undefined when the database was not reached or did not answer. */
  readonly sqlState: string | undefined;
  /** No encrypted connection came about: the server has none to offer, or its certificate is not trusted. */
  readonly isTlsFault: boolean;

  constructor(
    message: string,
    options: ErrorOptions & { sqlState?: string | undefined; isTlsFault?: boolean },
  ) {
    super('service_unavailable', message, options);
    this.sqlState = options.sqlState;
    this.isTlsFault = options.isTlsFault ?? false;
  }

  /** The values sent were at fault (class 22), so that another set of values may well succeed. */
  get isInputFault(): boolean {
    return this.sqlState?.startsWith('22') ?? false;
  }

  /**
   * The tables are not what the query expects: missing or of another type (class 42), or changed under a
   * prepared statement (0A000). That is what an upgrade of authentik looks like. A prepared statement that exists
   * already (42P05) is the mark of a pooler.
   */
  get isSchemaFault(): boolean {
    return /^(?:42(?!P05)|0A000)/.test(this.sqlState ?? '');
  }

  /** The connection broke, or none could be made, without having waited for it. */
  get isConnectionLost(): boolean {
    if (this.sqlState) return /^(?:08|57P0[123])/.test(this.sqlState);
    return !this.isSilence;
  }

  /** The server or the network did not answer in time. The driver tells it by nothing but these words. */
  get isSilence(): boolean {
    return this.sqlState === undefined && /timeout/.test(this.message);
  }

  /** A hot standby cancelled the query, because it had to apply what the primary has removed since. */
  get isConflict(): boolean {
    return this.sqlState === '40001';
  }
}

export function toDatabaseError(error: unknown): DatabaseError {
  if (error instanceof DatabaseError) return error;
  const { originalCode = '', originalMessage, reason, kind } = driverFailureOf(error);
  const message = error instanceof Error ? error.message : String(error);
  return new DatabaseError(originalMessage ?? reason ?? reasonIn(message), {
    cause: error,
    sqlState: /^[0-9A-Z]{5}$/.test(originalCode) ? originalCode : undefined,
    isTlsFault: kind === 'TlsConnectionError',
  });
}

/** Prisma buries the reason in the last line of a message with a code frame, and there in a phrase of its own. */
function reasonIn(message: string): string {
  const lastLine = message.trim().split('\n').at(-1) ?? message;
  return /Message: `(.*)`$/.exec(lastLine)?.[1] ?? lastLine;
}

/** What the driver adapter knows; Prisma keeps it out of its own message, or wraps it there. */
interface DriverFailure {
  readonly kind?: string;
  readonly originalCode?: string;
  readonly originalMessage?: string;
  readonly reason?: string;
}

function driverFailureOf(error: unknown): DriverFailure {
  const { meta } = (error ?? {}) as {
    readonly meta?: { readonly driverAdapterError?: { readonly cause?: DriverFailure } };
  };
  return meta?.driverAdapterError?.cause ?? {};
}
