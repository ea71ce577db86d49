/** The part plans: how PostgreSQL runs the statements of our server when the tables are large, by its own log. */
import { setTimeout as pause } from 'node:timers/promises';
import { openConnection } from '../test/support/load/connection.js';
import { portOf } from './compare.js';
import { BASE_SIZE, type Size } from './database.js';
import type { Bench } from './measure.js';
import { startPeer } from './peers.js';
import { GRANTED, planRequests, type RequestMix } from './requests.js';
import { number, table } from './tables.js';

const BATCH = 32;
// The first execution reads from disk and fills caches.
const EXECUTIONS = 3;
// Reading a small table from end to end is the best plan.
const LARGE_TABLE_ROWS = 1000;
// Until the server has written its log.
const LOG_MS = 200;

const SETTINGS = {
  session_preload_libraries: 'auto_explain',
  'auto_explain.log_min_duration': '0',
  'auto_explain.log_analyze': 'on',
  'auto_explain.log_buffers': 'on',
  'auto_explain.log_format': 'json',
  'auto_explain.log_nested_statements': 'on',
};

/** The planner sees the values (`custom`), or makes one plan for all (`generic`), as for prepared statements. */
const MODES = ['custom', 'generic'] as const;

const MIXES: Readonly<Record<string, RequestMix>> = {
  'callers who see all': { distinct: BATCH, way: 0 },
  'callers with grants': { distinct: BATCH, way: GRANTED },
  'OAuth tokens': { distinct: BATCH, usesOauth: true },
  'unknown tokens': { distinct: BATCH, unknownTokenEvery: 1 },
};

interface Explained {
  readonly 'Query Text': string;
  readonly Plan: PlanNode;
}

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Actual Loops': number;
  readonly 'Actual Rows': number;
  readonly 'Actual Total Time': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Shared Hit Blocks': number;
  readonly 'Shared Read Blocks': number;
  readonly Plans?: readonly PlanNode[];
}

/** Resolves to a table in Markdown. */
export async function plansTable(bench: Bench, large: number): Promise<string> {
  const size: Size = { ...BASE_SIZE, stages: large, users: large, oauth_tokens: large };
  const { server, databaseOf } = bench.postgres;
  const database = await databaseOf(size);
  const name = new URL(database.url).pathname.slice(1);
  const set = (key: string, value: string) =>
    server.sql(`ALTER DATABASE ${name} SET ${key} = '${value}'`);
  const rows: string[][] = [];
  for (const mode of MODES) {
    await set('plan_cache_mode', `force_${mode}_plan`);
    for (const [key, value] of Object.entries(SETTINGS)) await set(key, value);
    const peer = await startPeer('ours', { database, runtime: bench.options.runtime });
    try {
      for (const [title, mix] of Object.entries(MIXES)) {
        const requests = planRequests(size, mix);
        const statements = new Map<string, PlanNode>();
        for (let execution = 0; execution < EXECUTIONS; execution += 1) {
          const from = server.log().length;
          await sendTogether(
            portOf(peer),
            requests.map(({ text }) => text),
          );
          await pause(LOG_MS);
          keepLargest(statements, explainedIn(server.log().slice(from)), execution === 0);
        }
        for (const [what, plan] of statements)
          rows.push([title, what, mode, ...describe(plan, size)]);
      }
    } finally {
      await peer.stop();
    }
  }
  const head = [
    'requests',
    'tables',
    'plan',
    'execution ms',
    'pages',
    'large tables read from end to end',
  ];
  return table(head, rows);
}

async function sendTogether(port: number, texts: readonly string[]): Promise<void> {
  await Promise.all(
    texts.map(async (text) => {
      const connection = openConnection(port);
      await connection.request(Buffer.from(text, 'latin1'));
      connection.close();
    }),
  );
}

/** Plans in JSON; the lines of an entry of the log but the first begin with a tab. */
function explainedIn(log: string): Explained[] {
  return [...log.matchAll(/ plan:\n((?:\t.*\n)+)/g)].map(([, json = '']) => JSON.parse(json));
}

/** Statements share a name if they read the same tables. The largest batch of those counts. */
function keepLargest(
  statements: Map<string, PlanNode>,
  explained: readonly Explained[],
  isFirst: boolean,
): void {
  for (const { Plan } of explained) {
    const tables = new Set(nodesOf(Plan).flatMap((node) => node['Relation Name'] ?? []));
    const name = [...tables]
      .map((each) => each.replace('authentik_', ''))
      .sort()
      .join(', ');
    if (tables.size === 0) continue;
    const known = statements.get(name);
    if (isFirst || !known || pagesOf(Plan) >= pagesOf(known)) statements.set(name, Plan);
  }
}

function describe(plan: PlanNode, size: Size): string[] {
  const isLarge = (node: PlanNode) => rowsReadBy(node) > Math.max(LARGE_TABLE_ROWS, size.users / 2);
  const scanned = nodesOf(plan)
    .filter((node) => node['Node Type'] === 'Seq Scan' && isLarge(node))
    .map((node) => node['Relation Name'] ?? '');
  return [
    number(plan['Actual Total Time'], 2),
    number(pagesOf(plan)),
    [...new Set(scanned)].join(', ') || 'none',
  ];
}

const pagesOf = (plan: PlanNode) => plan['Shared Hit Blocks'] + plan['Shared Read Blocks'];

/** A scan whose rows turn out not to be needed stops after the first one; counts are rounded for each loop. */
function rowsReadBy(node: PlanNode): number {
  return node['Actual Loops'] * (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0));
}

function nodesOf(node: PlanNode): PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(nodesOf)];
}
