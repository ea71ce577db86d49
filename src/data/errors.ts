/** Translates what Prisma and the driver throw into the one error type of the service. */
import { OperationError } from '../domain/errors.js';

/** A query that failed. The caller learns only that the service is unavailable; the log gets the cause. */
export class DatabaseError extends OperationError {
  /** PostgreSQL's five-character code; undefined when the database was not reached or did not answer. */
  readonly sqlState: string | undefined;

  constructor(message: string, options: ErrorOptions & { sqlState?: string | undefined }) {
    super('service_unavailable', message, options);
    this.sqlState = options.sqlState;
  }

  /** The values sent were at fault (class 22), so that another set of values may well succeed. */
  get isInputFault(): boolean {
    return this.sqlState?.startsWith('22') ?? false;
  }

  /**
   * The tables are not what the query expects: missing or of another type (class 42), or changed under a
   * prepared statement (0A000). That is what an upgrade of authentik looks like.
   */
  get isSchemaFault(): boolean {
    return this.sqlState?.startsWith('42') || this.sqlState === '0A000';
  }

  /** The settings are wrong rather than the database away: credentials (class 28) or its name (3D000). */
  get isSettingsFault(): boolean {
    return this.sqlState?.startsWith('28') || this.sqlState === '3D000';
  }
}

export function toDatabaseError(error: unknown): DatabaseError {
  if (error instanceof DatabaseError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new DatabaseError(lastLine(message), { cause: error, sqlState: sqlStateOf(error) });
}

/** Prisma buries the reason in the last line of a message with a code frame. */
function lastLine(message: string): string {
  return message.trim().split('\n').at(-1) ?? message;
}

interface PrismaFailure {
  readonly meta?: {
    readonly driverAdapterError?: { readonly cause?: { readonly originalCode?: string } };
  };
}

function sqlStateOf(error: unknown): string | undefined {
  const code = (error as PrismaFailure | null)?.meta?.driverAdapterError?.cause?.originalCode;
  return /^[0-9A-Z]{5}$/.test(code ?? '') ? code : undefined;
}
