/** Finds password stages among those that a principal may see. */
import type { Principal } from '../domain/access.js';
import type { UrlRules } from '../domain/background-url.js';
import type { PasswordStageRow } from '../domain/password-stage.js';
import { type BatchLimits, createLimitedBatcher } from './batch-limits.js';
import type { Database } from './database.js';
import type { SchemaMonitor } from './schema-monitor.js';
import { groupByStage, type JoinedRow } from './stage-sql.js';

/** A row with the rules of the database that it was read from. */
export interface FoundStage {
  readonly row: PasswordStageRow;
  readonly urlRules: UrlRules;
}

export interface StageRepository {
  /** The stage with this UUID (in either case); undefined when it does not exist or is hidden from the principal. */
  find(stageUuid: string, principal: Principal): Promise<FoundStage | undefined>;
}

interface StageKey {
  readonly stageUuid: string;
  /** Whose grants decide; null: everything is visible. */
  readonly userId: number | null;
}

export function createStageRepository(
  database: Database,
  monitor: SchemaMonitor,
  limits: BatchLimits,
) {
  const batcher = createLimitedBatcher<StageKey, FoundStage | undefined>(
    'stages',
    limits,
    ({ stageUuid, userId }) => `${stageUuid} ${userId}`,
    (keys) =>
      monitor.use(async ({ queries, urlRules }) => {
        const rows = await database.query<JoinedRow>(
          queries.stages,
          keys.map((key) => key.stageUuid),
          keys.map((key) => key.userId),
        );
        const stages = groupByStage(rows);
        return keys.map((_key, index) => {
          const row = stages.get(index + 1);
          return row && { row, urlRules };
        });
      }),
  );
  return {
    find: (stageUuid: string, { userId, sees }: Principal) =>
      batcher.load({
        stageUuid: stageUuid.toLowerCase(),
        userId: sees === 'all' ? null : userId,
      }),
    batchers: { stages: batcher },
  };
}
