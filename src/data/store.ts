/** Everything that reads authentik's database, opened by the settings and closed as one. */
import type { Logger } from 'pino';
import { Prisma } from '../../generated/prisma/client.js';
import type { Config } from '../config.js';
import { createAccessRepository } from './access.js';
import { openDatabase } from './database.js';
import type { Inspection } from './inspection.js';
import { createSchemaMonitor } from './releases/monitor.js';
import { createStageRepository } from './stages.js';

export interface StoreOptions {
  /** The embedded database's, while the configuration has none. */
  readonly databaseUrl: string;
  readonly logger: Logger;
  /** Tells the time against which tokens expire; authentik uses its own server's clock, not the database's. */
  readonly clock?: () => Date;
  /** Called with the name of the repository and the size of each query that leaves. */
  readonly onBatch?: ((name: string, size: number) => void) | undefined;
}

export type Store = ReturnType<typeof openStore>;

export function openStore({ database: settings, authentik, http }: Config, options: StoreOptions) {
  const { databaseUrl, logger, clock = () => new Date(), onBatch } = options;
  const { schema } = settings;
  const database = openDatabase({
    ...settings,
    url: databaseUrl,
    // The embedded database has its own password, in its own URL.
    passwordFile: settings.url && settings.passwordFile,
    onIdleError: (err) => logger.warn({ err }, 'a database connection broke'),
  });
  const monitor = createSchemaMonitor(database, { ...authentik, schema, onChange });
  const limits = { maxWaitMs: http.requestTimeoutMs, onBatch };
  let checking: Promise<void> | undefined;

  function onChange(found: Inspection | Error): void {
    if (found instanceof Error) return void logger.error({ err: found }, 'database not usable');
    const { release, readsTokensBy, warnings } = found;
    logger.info({ release: release?.since, schema, readsTokensBy }, 'database understood');
    for (const warning of warnings) logger.warn(warning);
  }

  async function check(): Promise<void> {
    await database.select(Prisma.sql`SELECT 1`);
    await monitor.get();
  }

  return {
    access: createAccessRepository(database, monitor, limits, clock),
    stages: createStageRepository(database, monitor, limits),
    database,
    monitor,
    /** Resolves while the database responds and its tables are understood. */
    check(): Promise<void> {
      checking ??= check().finally(() => {
        checking = undefined;
      });
      return checking;
    },
    async close(): Promise<void> {
      monitor.close();
      await database.close();
    },
  };
}
