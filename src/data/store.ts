/** Everything that reads authentik's database, opened and closed as one. */
import { type AccessRepository, type Clock, createAccessRepository } from './access.js';
import type { BatchLimits } from './batcher.js';
import { type Database, type DatabaseOptions, openDatabase } from './database.js';
import { createSchemaMonitor, type SchemaMonitor, type SchemaMonitorOptions } from './releases/monitor.js';
import { createStageRepository, type StageRepository } from './stages.js';

export interface StoreOptions extends DatabaseOptions, BatchLimits, SchemaMonitorOptions {
  readonly clock: Clock;
}

export interface Store {
  readonly access: AccessRepository;
  readonly stages: StageRepository;
  readonly database: Database;
  readonly monitor: SchemaMonitor;
  /** Resolves while the database responds and its tables are understood. */
  check(): Promise<void>;
  close(): Promise<void>;
}

export function openStore(options: StoreOptions): Store {
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
    check() {
      checking ??= check().finally(() => {
        checking = undefined;
      });
      return checking;
    },
    async close() {
      monitor.close();
      await database.close();
    },
  };
}
