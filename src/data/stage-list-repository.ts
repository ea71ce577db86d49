/** Lists the password stages that a principal may see. */
import type { Principal } from '../domain/access.js';
import type { UrlRules } from '../domain/background-url.js';
import type { PasswordStageRow } from '../domain/password-stage.js';
import type { StageListRequest } from '../domain/stage-list.js';
import type { Database } from './database.js';
import { listQuery } from './list-query.js';
import type { SchemaMonitor } from './schema-monitor.js';
import { groupByStage, type JoinedRow } from './stage-sql.js';

/** One page of stages, all counted, with the rules of the database that they were read from. */
export interface StagePage {
  readonly rows: readonly PasswordStageRow[];
  readonly count: number;
  /** False when the list was filtered by a flow that does not exist. */
  readonly knowsFlow: boolean;
  readonly urlRules: UrlRules;
}

export interface StageListRepository {
  list(request: StageListRequest, principal: Principal): Promise<StagePage>;
}

interface ListRow extends Omit<JoinedRow, 'position'> {
  readonly position: number | null;
  readonly count: number;
  readonly knowsFlow: boolean;
}

export function createStageListRepository(
  database: Database,
  monitor: SchemaMonitor,
  schema: string,
): StageListRepository {
  return {
    list: (request, { userId, sees }) =>
      monitor.use(async ({ generation, urlRules }) => {
        const rows = await database.queryUnprepared<ListRow>(
          listQuery(generation, schema, request.orders),
          sees === 'all' ? null : userId,
          request.name ?? null,
          request.configureFlow ?? null,
          request.failedAttemptsBeforeCancel ?? null,
          request.words.map(toPattern),
          request.page === 'last' ? null : request.page,
          request.pageSize,
        );
        const { count = 0, knowsFlow = true } = rows[0] ?? {};
        const stages = groupByStage(rows.filter(isStage));
        return { rows: [...stages.values()], count, knowsFlow, urlRules };
      }),
  };
}

function isStage(row: ListRow): row is ListRow & JoinedRow {
  return row.position !== null;
}

function toPattern(word: string): string {
  return `%${word.replace(/[\\%_]/g, '\\$&')}%`;
}
