import { pino } from 'pino';
import type { PrismaClient } from '../../generated/prisma/client.js';
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

/** Runs SQL on a connection of the database under test. */
export const sql = (text: string) => (prisma: PrismaClient) => prisma.$queryRawUnsafe(text);
