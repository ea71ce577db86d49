/** Translates what Prisma and the driver throw into the one error type of the data room. */
import pg from 'pg';
import { OperationError } from '../domain/errors.js';

/** A query that failed. The caller learns only that the service is unavailable; the log gets the reason. */
export class DatabaseError extends OperationError {
  override readonly name = 'DatabaseError';

  constructor(
    message: string,
    /** PostgreSQL's five-character code; undefined when the database was not reached or did not respond. */
    readonly sqlState: string | undefined,
    /** `tls`: no encrypted connection came about. `row`: Prisma could not read what a row holds. */
    readonly fault?: 'tls' | 'row',
    options?: ErrorOptions,
  ) {
    super(fault === 'row' ? 'internal_error' : 'service_unavailable', message, options);
  }

  /** The values sent (class 22) or a row found are at fault, so that the query may succeed without them. */
  get isInputFault(): boolean {
    return this.fault === 'row' || (this.sqlState?.startsWith('22') ?? false);
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
    return !this.isSilence && this.fault !== 'row';
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

/** What the driver adapter knows of a failure, as Prisma passes it on. */
type DriverFailure = Readonly<Partial<Record<'originalCode' | 'originalMessage' | 'reason', string>>>;

// Prisma's codes for "inconsistent column data"; codes of Node and OpenSSL, and the driver's two messages, about TLS.
const ROW_FAULT = /^P20(?:23|32)$/;
const TLS_FAULT = /^\S*(?:SSL|TLS|CERT|CRL|LEAF|HOSTNAME_MISMATCH|INVALID_CA)|SSL connection/;

export function toDatabaseError(error: unknown): DatabaseError {
  if (error instanceof DatabaseError) return error;
  const { code, meta, message: text } = Object(error);
  const cause: DriverFailure = meta?.driverAdapterError?.cause ?? {};
  // Node leaves the message empty where an address stands for several.
  const message = cause.originalMessage ?? cause.reason ?? reasonIn(text || String(code ?? error));
  const sqlState = error instanceof pg.DatabaseError ? code : /^[0-9A-Z]{5}$/.exec(cause.originalCode ?? '')?.[0];
  const isTlsFault = sqlState === undefined && TLS_FAULT.test(`${code} ${message}`);
  const fault = ROW_FAULT.test(code) ? 'row' : isTlsFault ? 'tls' : undefined;
  return new DatabaseError(message, sqlState, fault, { cause: error });
}

/** Prisma buries the reason in the last line of a message with a code frame, and there in a phrase of its own. */
function reasonIn(message: string): string {
  const lastLine = message.trim().split('\n').at(-1) ?? message;
  return /Message: `(.*)`$/.exec(lastLine)?.[1] ?? lastLine;
}
