/** Finds out whether prepared statements reach the connection that they were prepared on. */
import { type Database, type DatabaseOptions, openDatabase } from './database.js';

const TEXT = 'SELECT true AS "isPrepared"';
const BUSY = 'SELECT FROM pg_sleep(0.02)';

/**
 * Rejects with the DatabaseError that a pooler causes which hands its connections around: the second of two clients
 * then finds the statement there already, or the first one no more, once the other keeps its connection busy.
 */
export async function probePreparedStatements(options: DatabaseOptions): Promise<void> {
  const one = openDatabase({ ...options, poolSize: 1 });
  const other = openDatabase({ ...options, poolSize: 1 });
  try {
    await one.query(TEXT);
    await other.query(TEXT);
    await whileBusy(other, () => one.query(TEXT));
    await whileBusy(one, () => other.query(TEXT));
  } finally {
    // Nobody waits: a server that has stopped answering does not take leave either.
    void Promise.allSettled([one.close(), other.close()]);
  }
}

async function whileBusy(database: Database, run: () => Promise<unknown>): Promise<void> {
  await Promise.all([database.queryUnprepared(BUSY), run()]);
}
