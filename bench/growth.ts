/** The part growth: what our server costs when the database grows, one dimension at a time. */
import { availableParallelism } from 'node:os';
import { guard } from '../test/support/live/guard.js';
import { BASE_SIZE, type Size } from './database.js';
import { type Bench, CONNECTIONS, measureInTurn, type Quantity, type Subject, startPeer, warmUp } from './measure.js';
import { planRequests, type RequestMix } from './requests.js';
import { errorsOf, medianOf, number, ratioOf, table, withSpread } from './tables.js';
import { judge, QUANTITIES, targetsTable } from './targets.js';

interface Variant {
  readonly title: string;
  readonly size: Partial<Size>;
  readonly workers?: number;
}

/** Variants that differ in one thing; the first one is what the others are compared with. */
interface Dimension {
  readonly title: string;
  /** Of the last variant, to the first. */
  readonly target?: { readonly quantity: 'cpuUs' | 'requestsPerSecond'; readonly limit: number };
  readonly variants: readonly Variant[];
  readonly mix?: RequestMix;
  readonly connections?: number;
  /** So many more connections send tokens that nobody has. */
  readonly intruders?: number;
}

const HEAD = [
  ...['what grows', 'size', 'requests/s, ratio (least–most)', 'requests/s'],
  ...['server CPU a request', 'database CPU a request', 'p99', 'errors'],
];
// More workers are for more load: where each has few requests under way, fewer of them share a query.
const FOR_WORKERS = 128;
const INTRUDERS = 8;
// Two workers, the database and the load have a core each, or else each worker gets this much of one.
const SHARE_OF_CORE = availableParallelism() < 4 ? 0.25 : undefined;
// Hardly two requests of a batch alike.
const MANY: RequestMix = { distinct: 20_000 };

function dimensions(large: number): Dimension[] {
  const title = (count: number) => count.toLocaleString('en');
  const each = (key: keyof Size, ...counts: number[]): Variant[] =>
    [...new Set(counts)].map((count) => ({ title: title(count), size: { [key]: count } }));
  const oauth = each('oauth_tokens', BASE_SIZE.oauth_tokens, large / 10, large);
  const indexed: Variant = {
    title: `${title(large)}, with the index of 2024.8`,
    size: { oauth_tokens: large, oauth_index: 1 },
  };
  return [
    {
      title: 'Stages, the same 12 requests',
      target: { quantity: 'cpuUs', limit: 1.1 },
      variants: each('stages', 10, BASE_SIZE.stages, large),
      mix: { distinct: 12 },
    },
    { title: 'Stages, any of them', variants: each('stages', BASE_SIZE.stages, large) },
    { title: 'Users and tokens', variants: each('users', BASE_SIZE.users, large) },
    { title: 'Flows of each stage', variants: each('flows_per_stage', 1, 10, 100) },
    { title: 'Groups above one another', variants: each('group_depth', 1, 5, 20) },
    {
      title: 'OAuth tokens in the table, 20 % of the tokens sent unknown',
      variants: [...oauth, indexed],
      mix: { ...MANY, unknownTokenEvery: 5 },
    },
    {
      title: `OAuth tokens in the table, API tokens sent, and unknown ones on ${INTRUDERS} more connections`,
      variants: [...oauth, indexed],
      intruders: INTRUDERS,
    },
    {
      title: 'OAuth tokens in the table and sent',
      variants: [...oauth, indexed],
      mix: { ...MANY, usesOauth: true },
    },
    {
      title: `Workers${SHARE_OF_CORE ? ', each held to a quarter of a core' : ''}, ${FOR_WORKERS} connections`,
      target: { quantity: 'requestsPerSecond', limit: 1.6 },
      variants: [1, 2].map((workers) => ({ title: String(workers), size: {}, workers })),
      connections: FOR_WORKERS,
    },
  ];
}

export async function measureGrowth(bench: Bench) {
  const { isQuick, maxRows } = bench.options;
  const rows: string[][] = [];
  const targets: string[][] = [];
  for (const { title, target, ...dimension } of dimensions(maxRows)) {
    if (isQuick && !target) continue;
    bench.progress(`${title} …`);
    const measured = await measureDimension(bench, dimension);
    const sizes = [...measured.keys()];
    const [first = '', last = ''] = [sizes[0], sizes.at(-1)];
    for (const size of sizes) {
      const ratio = (quantity: Quantity) => ratioOf(measured, size, first, quantity);
      rows.push([
        size === first ? title : '',
        size,
        withSpread(ratio('requestsPerSecond')),
        number(medianOf(measured, size, 'requestsPerSecond')),
        number(ratio('serverCpuUs')?.median, 2),
        number(ratio('databaseCpuUs')?.median, 2),
        number(ratio('p99Ms')?.median, 2),
        number(errorsOf(measured, size)),
      ]);
    }
    if (!target) continue;
    const { quantity, limit } = target;
    const what = `${title}: ${QUANTITIES[quantity]}, ${last} to ${first}`;
    targets.push(judge(what, ratioOf(measured, last, first, quantity), quantity, limit));
  }
  return { texts: [table(HEAD, rows)], targets: targetsTable(targets) };
}

async function measureDimension(bench: Bench, dimension: Omit<Dimension, 'title'>) {
  const { variants, mix = MANY, connections = CONNECTIONS, intruders } = dimension;
  const ends: (() => void | Promise<void>)[] = [];
  try {
    const subjects: Subject[] = [];
    for (const { title, workers, ...variant } of variants) {
      const size = { ...BASE_SIZE, ...variant.size };
      const peer = await startPeer(bench, 'ours', size, { WORKERS: workers ?? 1 });
      ends.push(peer.stop);
      if (workers && SHARE_OF_CORE) {
        ends.push(throttle(workers === 1 ? [peer.pid] : peer.workers(), SHARE_OF_CORE));
      }
      const subject = { ...peer, name: title, requests: planRequests(size, mix) };
      const bad = planRequests(size, { ...mix, unknownTokenEvery: 1 });
      subjects.push(intruders ? { ...subject, alongside: { connections: intruders, requests: bad } } : subject);
    }
    await warmUp(bench, subjects);
    return await measureInTurn(bench, subjects, connections);
  } finally {
    // A process that is held back cannot stop.
    for (const end of ends.reverse()) await end();
  }
}

// Short enough that a batch of requests hardly notices, long enough for timers.
const PERIOD_MS = 30;
const POLL_MS = 2;

/**
 * Stops and continues the processes in turn: each runs for its share of every period, and not all at the same time,
 * so that a machine without a free core shows what one would bring. The result lets them run freely again.
 */
function throttle(pids: readonly number[], share: number): () => void {
  const isRunning = pids.map(() => true);
  const dismissals = pids.map((pid) => guard(pid));
  const startedAt = performance.now();
  const timer = setInterval(() => {
    const periods = (performance.now() - startedAt) / PERIOD_MS;
    pids.forEach((pid, index) => {
      const mayRun = (periods + index / pids.length) % 1 < share;
      if (mayRun !== isRunning[index]) process.kill(pid, mayRun ? 'SIGCONT' : 'SIGSTOP');
      isRunning[index] = mayRun;
    });
  }, POLL_MS);
  return () => {
    clearInterval(timer);
    for (const pid of pids) process.kill(pid, 'SIGCONT');
    for (const dismiss of dismissals) dismiss();
  };
}
