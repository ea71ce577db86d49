/** Translates what Prisma and the driver throw into the one error type of the data room. */
import { OperationError } from '../domain/errors.js';

interface Details {
  /** PostgreSQL's five-character code; undefined when the database was not reached or did not respond. */
  readonly sqlState?: string | undefined;
  /** No encrypted connection came about: the server has none to offer, or its certificate is not trusted. */
  readonly isTlsFault?: boolean;
  /** Prisma could not read what a row holds. */
  readonly isRowFault?: boolean;
}

/** A query that failed. The caller learns only that the service is unavailable; the log gets the reason. */
export class DatabaseError extends OperationError {
  override readonly name = 'DatabaseError';
  readonly sqlState: string | undefined;

  constructor(
    message: string,
    readonly details: Details,
    options?: ErrorOptions,
  ) {
    super(details.isRowFault ? 'internal_error' : 'service_unavailable', message, options);
    this.sqlState = details.sqlState;
  }

  /** The values sent (class 22) or a row found are at fault, so that the query may succeed without them. */
  get isInputFault(): boolean {
    return this.details.isRowFault || (this.sqlState?.startsWith('22') ?? false);
  }

  /** A prepared statement is not there (26000), or is there already (42P05): the mark of a pooler. */
  get isStatementLost(): boolean {
    return this.sqlState === '26000' || this.sqlState === '42P05';
  }

  /**
   * The tables are not what the query expects: missing or of another type (class 42), or changed under a prepared
   * statement (0A000). That is what an upgrade of authentik looks like.
   */
  get isSchemaFault(): boolean {
    return /^(?:42(?!P05)|0A000)/.test(this.sqlState ?? '');
  }

  /** The connection broke, or none could be made, without having waited for it. */
  get isConnectionLost(): boolean {
    if (this.sqlState) return /^(?:08|57P0[123])/.test(this.sqlState);
    return !this.isSilence && !this.details.isRowFault;
  }

  /** The server or the network did not respond in time. The driver says so in nothing but these words. */
  get isSilence(): boolean {
    return this.sqlState === undefined && /timeout/.test(this.message);
  }

  /** 40001: a hot standby cancelled the query, because it had to apply what the primary has removed since. */
  get isWorthAnotherTry(): boolean {
    return this.isConnectionLost || this.isStatementLost || this.sqlState === '40001';
  }
}

/** What Prisma throws, with what the driver adapter knows of it. */
interface PrismaFailure {
  readonly code?: string;
  readonly meta?: {
    readonly driverAdapterError?: {
      readonly cause?: Readonly<Record<'kind' | 'originalCode' | 'originalMessage' | 'reason', string | undefined>>;
    };
  };
}

// "Inconsistent column data", in Prisma's list of errors.
const ROW_FAULTS = ['P2023', 'P2032'];

export function toDatabaseError(error: unknown): DatabaseError {
  if (error instanceof DatabaseError) return error;
  const { code = '', meta } = (error ?? {}) as PrismaFailure;
  const cause = meta?.driverAdapterError?.cause;
  const sqlState = /^[0-9A-Z]{5}$/.exec(cause?.originalCode ?? '')?.[0];
  const message =
    cause?.originalMessage ?? cause?.reason ?? reasonIn(error instanceof Error ? error.message : String(error));
  const details = { sqlState, isTlsFault: cause?.kind === 'TlsConnectionError', isRowFault: ROW_FAULTS.includes(code) };
  return new DatabaseError(message, details, { cause: error });
}

/** Prisma buries the reason in the last line of a message with a code frame, and there in a phrase of its own. */
function reasonIn(message: string): string {
  const lastLine = message.trim().split('\n').at(-1) ?? message;
  return /Message: `(.*)`$/.exec(lastLine)?.[1] ?? lastLine;
}
