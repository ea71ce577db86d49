import { pino } from 'pino';
import { readConfig } from '../../src/config.js';
import { type DatabaseOptions, openDatabase } from '../../src/data/database.js';
import { openStore } from '../../src/data/store.js';

const DEFAULTS = { schema: 'public', poolSize: 1, connectTimeoutMs: 5000, queryTimeoutMs: 5000 };

export const openTestDatabase = (url: string, options: Partial<DatabaseOptions> = {}) =>
  openDatabase({ url, ...DEFAULTS, ...options });

/** The data room by itself. */
export const openTestStore = (databaseUrl: string) =>
  openStore(readConfig({ DATABASE_URL: databaseUrl, DATABASE_POOL_SIZE: '1' }), {
    databaseUrl,
    logger: pino({ level: 'silent' }),
  });

/** A statement of `database.select`. */
export const sql = (text: string) => ({ text, values: [] });
