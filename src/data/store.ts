/** Everything that reads authentik's database, opened and closed as one. */
import type { Generation } from '../domain/generation.js';
import { type AccessRepository, type Clock, createAccessRepository } from './access-repository.js';
import type { BatchLimits, BatchName } from './batch-limits.js';
import { type Database, type DatabaseOptions, openDatabase } from './database.js';
import { createSchemaMonitor, type SchemaMonitor } from './schema-monitor.js';
import { createStageListRepository, type StageListRepository } from './stage-list-repository.js';
import { createStageRepository, type StageRepository } from './stage-repository.js';

export interface StoreOptions extends DatabaseOptions {
  readonly schema: string;
  readonly webPath: string;
  readonly maxQueue: number;
  readonly maxWaitMs: number;
  readonly clock: Clock;
  onGeneration?(generation: Generation | undefined, error?: Error): void;
  onBatch?: BatchLimits['onBatch'];
}

export interface Store {
  readonly access: AccessRepository;
  readonly stages: StageRepository;
  readonly stageLists: StageListRepository;
  readonly database: Database;
  readonly monitor: SchemaMonitor;
  /** Keys that wait for a query to leave, by kind. */
  readonly waiting: Readonly<Record<BatchName, number>>;
  /** Resolves while the database answers and its tables are understood. */
  check(): Promise<void>;
  close(): Promise<void>;
}

// Large enough to carry any load in few queries, small enough that no query is slow.
const MAX_BATCH = 64;
const MAX_IN_FLIGHT = 1;
const RECHECK_MS = 15_000;

export function openStore(options: StoreOptions): Store {
  const database = openDatabase(options);
  const monitor = createSchemaMonitor(database, {
    schema: options.schema,
    webPath: options.webPath,
    recheckMs: RECHECK_MS,
    ...(options.onGeneration && { onChange: options.onGeneration }),
  });
  const limits: BatchLimits = {
    maxBatch: MAX_BATCH,
    maxQueue: options.maxQueue,
    maxInFlight: MAX_IN_FLIGHT,
    maxWaitMs: options.maxWaitMs,
    ...(options.onBatch && { onBatch: options.onBatch }),
  };
  const access = createAccessRepository(database, monitor, limits, options.clock);
  const stages = createStageRepository(database, monitor, limits);
  const stageLists = createStageListRepository(database, monitor, options.schema);
  let checking: Promise<void> | undefined;

  async function check(): Promise<void> {
    await monitor.get();
    await database.query('SELECT 1');
  }

  return {
    access,
    stages,
    stageLists,
    database,
    monitor,
    get waiting() {
      const { api_tokens, access_tokens } = access.batchers;
      return {
        api_tokens: api_tokens.waiting,
        access_tokens: access_tokens.waiting,
        stages: stages.batchers.stages.waiting,
      };
    },
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
