import pg from 'pg';
import { until } from './live/until.js';
import type { TestDatabase } from './postgres.js';

export interface Lock {
  /** Resolves when a query waits for the table. */
  isFelt(): Promise<void>;
  release(): Promise<void>;
}

/** Makes all queries for a table wait. */
export async function lockTable(database: TestDatabase, table: string): Promise<Lock> {
  const client = new pg.Client({ connectionString: database.adminUrl });
  await client.connect();
  await client.query(`BEGIN; LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
  return {
    isFelt: () =>
      until(`a query waits for ${table}`, async () => {
        // Within a transaction the view would stay as it was when it was first looked at.
        await client.query('SELECT pg_stat_clear_snapshot()');
        const { rows } = await client.query(
          `SELECT FROM pg_stat_activity
           WHERE datname = current_database() AND wait_event_type = 'Lock'`,
        );
        return rows.length > 0;
      }),
    release: () => client.end(),
  };
}
