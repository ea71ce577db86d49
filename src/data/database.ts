/** Opens and closes the connection to PostgreSQL; the only place that knows Prisma and the driver. */
import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { PrismaPg } from '@prisma/adapter-pg';
import { PrismaClient } from '../../generated/prisma/client.js';
import { type ConnectionOptions, openConnections } from './connections.js';
import { toDatabaseError } from './errors.js';

export interface DatabaseOptions extends ConnectionOptions {
  /** Most connections at the same time. */
  readonly poolSize: number;
  readonly connectTimeoutMs: number;
  /** A query that takes longer is given up, by the server where `usesStartupParameters`, here in any case. */
  readonly queryTimeoutMs: number;
  /** Keeps prepared statements on each connection. PgBouncer before 1.21 cannot. */
  readonly usesPreparedStatements: boolean;
  /** Sends `statement_timeout` and a read-only default when connecting. PgBouncer refuses them. */
  readonly usesStartupParameters: boolean;
  /** Told of connections that break while nobody uses them. */
  onIdleError?(error: Error): void;
}

export interface Database {
  /** Runs one statement with bound parameters. Rejects with a DatabaseError. */
  query<Row>(sql: string, ...values: unknown[]): Promise<Row[]>;
  /** As `query`, for texts that vary without bound: connections keep prepared statements for ever. */
  queryUnprepared<Row>(sql: string, ...values: unknown[]): Promise<Row[]>;
  /** Waits for running queries, then closes all connections. */
  close(): Promise<void>;
  readonly connections: { readonly open: number; readonly idle: number; readonly waiting: number };
}

const APPLICATION_NAME = 'authentik-stages-password';

/** Connects when first asked: a database that is down makes queries fail, not this call. */
export function openDatabase(options: DatabaseOptions): Database {
  const { pool, addressCount, breakIdle } = openConnections(options, {
    application_name: APPLICATION_NAME,
    max: options.poolSize,
    connectionTimeoutMillis: options.connectTimeoutMs,
    query_timeout: options.queryTimeoutMs + CLIENT_GRACE_MS,
    idleTimeoutMillis: IDLE_CONNECTION_MS,
    keepAlive: true,
    ...(options.usesStartupParameters && {
      statement_timeout: options.queryTimeoutMs,
      lock_timeout: LOCK_TIMEOUT_MS,
      // A seat belt only; the guard is a role that cannot write.
      options: '-c default_transaction_read_only=on',
    }),
  });
  pool.on('error', (error) => options.onIdleError?.(error));
  const fixedTexts = new Map<string, string>();
  const adapter = new PrismaPg(pool, {
    disposeExternalPool: true,
    ...(options.usesPreparedStatements && {
      // A statement without a name is prepared for one use only.
      statementNameGenerator: ({ sql }) => fixedTexts.get(sql) as string,
    }),
  });
  const prisma = new PrismaClient({ adapter, errorFormat: 'minimal' });

  /** Every statement reads only, so that asking again is safe: each other host has its chance, and a new connection. */
  async function run<Row>(
    sql: string,
    values: unknown[],
    triesLeft = addressCount + SPARE_TRIES,
  ): Promise<Row[]> {
    try {
      return await prisma.$queryRawUnsafe<Row[]>(sql, ...values);
    } catch (error) {
      const failure = toDatabaseError(error);
      if (failure.isConnectionLost || failure.isSilence) breakIdle();
      if (triesLeft === 0 || !(failure.isConnectionLost || failure.isConflict)) throw failure;
      // The pool learns of broken connections from events of this turn; until then it would hand them out.
      await nextTurn();
      return run<Row>(sql, values, triesLeft - 1);
    }
  }

  return {
    query<Row>(sql: string, ...values: unknown[]) {
      if (!fixedTexts.has(sql)) fixedTexts.set(sql, nameOf(sql));
      return run<Row>(sql, values);
    },
    queryUnprepared: <Row>(sql: string, ...values: unknown[]) => run<Row>(sql, values),
    async close() {
      await prisma.$disconnect();
    },
    get connections() {
      return { open: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount };
    },
  };
}

// What broke all connections may come twice in a row, and hit the new one as well.
const SPARE_TRIES = 1;
// The server's own timeout comes first and leaves the connection usable.
const CLIENT_GRACE_MS = 500;
// Shorter than PostgreSQL's deadlock_timeout: a migration of authentik must never be the one that gives way.
const LOCK_TIMEOUT_MS = 500;
const IDLE_CONNECTION_MS = 60_000;

/** The same text has the same name on every connection, also behind a pooler that shares them. */
function nameOf(sql: string): string {
  return createHash('sha1').update(sql).digest('hex');
}
