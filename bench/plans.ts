/** Asks PostgreSQL how it runs our statements when the tables are large. */
import pg from 'pg';
import { type Queries, queriesFor } from '../src/data/queries.js';
import { GENERATIONS } from '../src/domain/generation.js';
import { apiToken, oauthToken, stageUuid, unknownToken } from './database/identities.js';
import type { BenchServer } from './database/open-database.js';
import type { Size } from './database/size.js';

export interface Plan {
  readonly title: string;
  /** The planner sees the values (`custom`), or makes one plan for all (`generic`), as for prepared statements. */
  readonly mode: PlanMode;
  readonly executionMs: number;
  readonly planningMs: number;
  /** 8 KB pages, from memory and from disk. */
  readonly pages: number;
  /** Large tables of which all rows were read, or nearly all. */
  readonly scannedTables: readonly string[];
}

export type PlanMode = 'custom' | 'generic';
const MODES: readonly PlanMode[] = ['custom', 'generic'];

const BATCH = 32;
// The first execution reads from disk and fills caches.
const EXECUTIONS = 3;
// Reading a small table from end to end is the best plan.
const LARGE_TABLE_ROWS = 1000;

interface Statement {
  readonly title: string;
  readonly types: string;
  readonly text: string;
  readonly values: readonly unknown[];
}

function statementsFor(queries: Queries, size: Size): Statement[] {
  const numbers = (count: number) => Array.from({ length: BATCH }, (_, n) => (n * 997) % count);
  const access = (title: string, text: string, tokens: readonly string[]): Statement => ({
    title: `${tokens.length} ${title}`,
    types: 'text[], timestamptz',
    text,
    values: [tokens, new Date().toISOString()],
  });
  const stages = (title: string, userOf: (index: number) => number | null): Statement => ({
    title,
    types: 'uuid[], integer[]',
    text: queries.stages,
    values: [numbers(size.stages).map(stageUuid), numbers(size.users).map(userOf)],
  });
  const users = numbers(size.users);
  return [
    access('API tokens', queries.apiTokens, users.map(apiToken)),
    access('OAuth tokens', queries.accessTokens, numbers(size.oauthTokens).map(oauthToken)),
    access('unknown tokens, as API tokens', queries.apiTokens, users.map(unknownToken)),
    access('unknown tokens, as OAuth tokens', queries.accessTokens, users.map(unknownToken)),
    stages(`${BATCH} stages, callers who see all`, () => null),
    stages(`${BATCH} stages, callers with grants`, (user) => user),
  ];
}

export async function explainAll(server: BenchServer, size: Size): Promise<Plan[]> {
  const { adminUrl } = await server.databaseOf(size);
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    const rowsOf = await countRows(client);
    const plans: Plan[] = [];
    for (const statement of statementsFor(queriesFor(GENERATIONS[2], 'public'), size)) {
      for (const mode of MODES) plans.push(await explain(client, statement, mode, rowsOf));
    }
    return plans;
  } finally {
    await client.end();
  }
}

async function countRows(client: pg.Client): Promise<ReadonlyMap<string, number>> {
  const { rows } = await client.query(
    `SELECT relname AS table, reltuples AS rows FROM pg_class
      WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace`,
  );
  return new Map(rows.map(({ table, rows }) => [table, Number(rows)]));
}

async function explain(
  client: pg.Client,
  { title, types, text, values }: Statement,
  mode: PlanMode,
  rowsOf: ReadonlyMap<string, number>,
): Promise<Plan> {
  const literals = values.map(toLiteral).join(', ');
  await client.query(`SET plan_cache_mode = force_${mode}_plan`);
  await client.query(`PREPARE statement (${types}) AS ${text}`);
  let explained: Explained | undefined;
  for (let execution = 0; execution < EXECUTIONS; execution += 1) {
    const { rows } = await client.query(
      `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE statement (${literals})`,
    );
    explained = rows[0]['QUERY PLAN'][0];
  }
  await client.query('DEALLOCATE statement');
  if (!explained) throw new Error('PostgreSQL explains nothing.');
  const root = explained.Plan;
  const scanned = nodesOf(root).flatMap((node) => {
    const table = node['Relation Name'] ?? '';
    const rows = rowsOf.get(table) ?? 0;
    return node['Node Type'] === 'Seq Scan' &&
      rows > LARGE_TABLE_ROWS &&
      rowsReadBy(node) > rows / 2
      ? [table]
      : [];
  });
  return {
    title,
    mode,
    executionMs: explained['Execution Time'],
    planningMs: explained['Planning Time'],
    pages: root['Shared Hit Blocks'] + root['Shared Read Blocks'],
    scannedTables: [...new Set(scanned)],
  };
}

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Actual Loops': number;
  readonly 'Actual Rows': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Shared Hit Blocks': number;
  readonly 'Shared Read Blocks': number;
  readonly Plans?: readonly PlanNode[];
}

interface Explained {
  readonly Plan: PlanNode;
  readonly 'Execution Time': number;
  readonly 'Planning Time': number;
}

/** A scan whose rows turn out not to be needed stops after the first one; counts are rounded for each loop. */
function rowsReadBy(node: PlanNode): number {
  return node['Actual Loops'] * (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0));
}

function nodesOf(node: PlanNode): PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(nodesOf)];
}

/** Without a type, so that each takes the type of its parameter. None of our values needs quotes in an array. */
function toLiteral(value: unknown): string {
  const text = Array.isArray(value)
    ? `{${value.map((one) => one ?? 'NULL').join(',')}}`
    : String(value);
  return pg.escapeLiteral(text);
}
