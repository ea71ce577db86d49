/** Examines whether prepared statements reach the connection that they were prepared on. */
import { type Database, type DatabaseOptions, openDatabase } from '../data/database.js';
import { type Finding, ok } from './finding.js';

const TEXT = `SELECT 'prepared by the doctor'`;
const BUSY = 'SELECT FROM pg_sleep(0.05)';

/**
 * Rejects with the DatabaseError that a pooler causes which hands its connections around: the second of two clients
 * then finds the statement there already, or the first one no more, once the other keeps its connection busy.
 */
export async function examinePreparedStatements(options: DatabaseOptions): Promise<Finding> {
  if (!options.usesPreparedStatements) return ok('Prepared statements are switched off');
  const one = openDatabase({ ...options, poolSize: 1 });
  const other = openDatabase({ ...options, poolSize: 1 });
  try {
    await one.query(TEXT);
    await other.query(TEXT);
    await whileBusy(other, () => one.query(TEXT));
    await whileBusy(one, () => other.query(TEXT));
  } finally {
    await Promise.all([one.close(), other.close()]);
  }
  return ok('Prepared statements stay with their connections');
}

async function whileBusy(database: Database, run: () => Promise<unknown>): Promise<void> {
  await Promise.all([database.queryUnprepared(BUSY), run()]);
}
