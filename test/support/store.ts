import type { PrismaClient } from '../../generated/prisma/client.js';
import { type DatabaseOptions, openDatabase } from '../../src/data/database.js';
import { openStore, type StoreOptions } from '../../src/data/store.js';

const DEFAULTS = { schema: 'public', poolSize: 1, connectTimeoutMs: 5000, queryTimeoutMs: 5000 };

export const openTestDatabase = (url: string, options: Partial<DatabaseOptions> = {}) =>
  openDatabase({ url, ...DEFAULTS, ...options });

/** The data room by itself. */
export const openTestStore = (url: string, options: Partial<StoreOptions> = {}) =>
  openStore({
    url,
    ...DEFAULTS,
    webPath: '',
    maxWaitMs: 5000,
    clock: () => new Date(),
    ...options,
  });

/** Runs SQL on a connection of the database under test. */
export const sql = (text: string) => (prisma: PrismaClient) => prisma.$queryRawUnsafe(text);
