/** The part plans: how PostgreSQL runs the statements of our server when the tables are large, by its own log. */
import { setTimeout as pause } from 'node:timers/promises';
import { ask } from './agreement.js';
import { BASE_SIZE } from './database.js';
import { type Bench, startPeer } from './measure.js';
import { GRANTED, planRequests, type RequestMix } from './requests.js';
import { number, table } from './tables.js';

const BATCH = 32;
// The first execution reads from disk and fills caches.
const EXECUTIONS = 3;
// Until the server has written its log.
const LOG_MS = 200;
// Reading a small table from end to end is the best plan.
const LARGE_SCAN_ROWS = 1000;

const AUTO_EXPLAIN = {
  session_preload_libraries: 'auto_explain',
  'auto_explain.log_min_duration': '0',
  'auto_explain.log_analyze': 'on',
  'auto_explain.log_buffers': 'on',
  'auto_explain.log_format': 'json',
  'auto_explain.log_nested_statements': 'on',
};

const MIXES: Readonly<Record<string, RequestMix>> = {
  'API tokens, callers who see all': { distinct: BATCH, way: 0 },
  'API tokens, callers with grants': { distinct: BATCH, way: GRANTED },
  'OAuth tokens': { distinct: BATCH, usesOauth: true },
  'unknown tokens': { distinct: BATCH, unknownTokenEvery: 1 },
};

/** A statement is about whatever it reads that comes first here. */
const SUBJECTS: readonly (readonly [table: string, subject: string])[] = [
  ['authentik_core_token', 'tokens'],
  ['authentik_providers_oauth2_accesstoken', 'tokens'],
  ['authentik_core_user', 'callers'],
  ['authentik_stages_password_passwordstage', 'stages'],
];

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Actual Total Time': number;
  readonly 'Actual Rows': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Shared Hit Blocks': number;
  readonly 'Shared Read Blocks': number;
  readonly Plans?: readonly PlanNode[];
}

export async function explainPlans(bench: Bench) {
  const { server, databaseOf } = bench.postgres;
  const { maxRows } = bench.options;
  const size = { ...BASE_SIZE, stages: maxRows, users: maxRows, oauth_tokens: maxRows };
  const name = new URL((await databaseOf(size)).url).pathname.slice(1);
  const rows: string[][] = [];
  // The planner sees the values, or makes one plan for all of them, as for prepared statements.
  for (const mode of ['custom', 'generic']) {
    const settings = { ...AUTO_EXPLAIN, plan_cache_mode: `force_${mode}_plan` };
    for (const [key, value] of Object.entries(settings)) {
      await server.sql(`ALTER DATABASE ${name} SET ${key} = '${value}'`);
    }
    const ours = await startPeer(bench, 'ours', size);
    for (const [title, mix] of Object.entries(MIXES)) {
      const requests = planRequests(size, mix);
      let from = 0;
      for (let execution = 0; execution < EXECUTIONS; execution += 1) {
        from = server.log().length;
        await Promise.all(requests.map((request) => ask(ours.port, request)));
        await pause(LOG_MS);
      }
      for (const [subject, plan] of largestPlans(server.log().slice(from))) {
        const ms = number(plan['Actual Total Time'], 2);
        const pages = number(plan['Shared Hit Blocks'] + plan['Shared Read Blocks']);
        const scanned = nodesOf(plan).flatMap(largeScan).sort().join(', ') || 'none';
        rows.push([title, subject, mode, ms, pages, scanned]);
      }
    }
    await ours.stop();
  }
  const head = ['requests', 'statement about', 'plan', 'execution ms', 'pages'];
  return { texts: [table([...head, 'large tables read from end to end'], rows)] };
}

/** By subject. Requests that arrive together share statements: the one that takes the longest has most of them. */
function largestPlans(log: string): Map<string, PlanNode> {
  const largest = new Map<string, PlanNode>();
  // The lines of an entry of the log but the first begin with a tab.
  for (const [, json = ''] of log.matchAll(/ plan:\n((?:\t.*\n)+)/g)) {
    const { Plan: plan }: { readonly Plan: PlanNode } = JSON.parse(json);
    const tables = nodesOf(plan).map((node) => node['Relation Name']);
    const subject = SUBJECTS.find(([relation]) => tables.includes(relation))?.[1];
    const known = subject && largest.get(subject);
    if (!subject || (known && known['Actual Total Time'] > plan['Actual Total Time'])) continue;
    largest.set(subject, plan);
  }
  return largest;
}

function largeScan(node: PlanNode): string[] {
  const rows = node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0);
  const isLarge = node['Node Type'] === 'Seq Scan' && rows > LARGE_SCAN_ROWS;
  return isLarge ? [node['Relation Name'] ?? ''] : [];
}

function nodesOf(node: PlanNode): PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(nodesOf)];
}
