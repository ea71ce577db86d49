/** Everything that reads authentik's database, opened and closed as one. */
import { type Clock, createAccessRepository } from './access.js';
import type { BatchLimits } from './batcher.js';
import { type DatabaseOptions, openDatabase } from './database.js';
import { createSchemaMonitor, type SchemaMonitorOptions } from './releases/monitor.js';
import { createStageRepository } from './stages.js';

export interface StoreOptions extends DatabaseOptions, BatchLimits, SchemaMonitorOptions {
  readonly clock: Clock;
}

export type Store = ReturnType<typeof openStore>;

export function openStore(options: StoreOptions) {
  const database = openDatabase(options);
  const monitor = createSchemaMonitor(database, options);
  let checking: Promise<void> | undefined;

  async function check(): Promise<void> {
    await monitor.get();
    await database.query((prisma) => prisma.$queryRaw`SELECT 1`);
  }

  return {
    access: createAccessRepository(database, monitor, options, options.clock),
    stages: createStageRepository(database, monitor, options),
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
