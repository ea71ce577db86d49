/** Runs queries on PostgreSQL, Prisma's and our own: prepared, retried where that is safe, with one type of error. */
import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { PrismaPg } from '@prisma/adapter-pg';
import { type Prisma, PrismaClient } from '../../generated/prisma/client.js';
import { type ConnectionOptions, openConnections } from './connections.js';
import { toDatabaseError } from './errors.js';

export interface DatabaseOptions extends ConnectionOptions {
  /** The schema of authentik's tables. */
  readonly schema: string;
}

export type Database = ReturnType<typeof openDatabase>;

// What broke all connections may come twice in a row, and hit the new one as well.
const SPARE_TRIES = 1;

export function openDatabase(options: DatabaseOptions) {
  const { pool, addressCount, breakIdle } = openConnections(options);
  const names = new Map<string, string>();
  // Poolers that hand connections around lose prepared statements; an error tells.
  let isPreparing = true;

  /** The same text has the same name on every connection, also behind a pooler that shares them. */
  function nameOf(text: string): string {
    // A statement without a name is prepared for one use only.
    if (!isPreparing) return '';
    const name = names.get(text) ?? createHash('sha1').update(text).digest('hex');
    names.set(text, name);
    return name;
  }

  const adapter = new PrismaPg(pool, {
    schema: options.schema.replaceAll('"', '""'),
    statementNameGenerator: ({ sql }) => nameOf(sql),
  });
  const prisma = new PrismaClient({ adapter, errorFormat: 'minimal' });

  /** Every statement reads only, so that running it again is safe: each other host has its chance, and a new connection. */
  async function attempt<Result>(run: () => Promise<Result>, triesLeft = addressCount + SPARE_TRIES): Promise<Result> {
    try {
      return await run();
    } catch (error) {
      const failure = toDatabaseError(error);
      if (failure.isStatementLost) isPreparing = false;
      if (failure.isConnectionLost || failure.isSilence) breakIdle();
      if (triesLeft === 0 || !failure.isWorthAnotherTry) throw failure;
      // The pool learns of broken connections from events of this turn; until then it would hand them out.
      await nextTurn();
      return attempt(run, triesLeft - 1);
    }
  }

  return {
    /** Runs one query that only reads, several times if need be. Rejects with a DatabaseError. */
    query: <Result>(run: (prisma: PrismaClient) => Promise<Result>) => attempt(() => run(prisma)),
    /**
     * The rows of a SELECT of our own, likewise: `$queryRaw` would cost as much again as the driver does. Connections
     * keep what is prepared for ever, so that a text that varies must not be.
     */
    select: ({ text, values }: Pick<Prisma.Sql, 'text' | 'values'>, isPrepared = true): Promise<unknown> =>
      attempt(async () => (await pool.query({ name: isPrepared ? nameOf(text) : '', text, values })).rows),
    /** Waits for running queries, then closes all connections. */
    close: () => prisma.$disconnect().then(() => pool.end()),
    get connections() {
      return { open: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount };
    },
  };
}
