/** The part growth: what our server costs when the database grows, one dimension at a time. */
import { availableParallelism } from 'node:os';
import { guard } from '../test/support/live/guard.js';
import { BASE_SIZE, type Size } from './database.js';
import { type Bench, type Measurements, measureInTurn, type Subject, warmUp } from './measure.js';
import { type RunningPeer, startPeer } from './peers.js';
import { planRequests, type RequestMix } from './requests.js';
import { errorsOf, medianOf, number, ratioOf, table, withSpread } from './tables.js';

interface Variant {
  readonly title: string;
  readonly size: Partial<Size>;
  readonly workers?: number;
}

/** Variants that differ in one thing; the first one is what the others are compared with. */
interface Dimension {
  readonly title: string;
  /** Names a dimension that has a target. */
  readonly key?: 'stages' | 'workers';
  readonly variants: readonly Variant[];
  readonly mix?: RequestMix;
  readonly connections?: number;
  /** How much of a core each worker gets; all that there is if left out. */
  readonly shareOfCore?: number | undefined;
  /** So many more connections send tokens that nobody has. */
  readonly intruders?: number;
}

export interface Growth {
  readonly dimension: Dimension;
  readonly measurements: Measurements;
}

const CONNECTIONS = 32;
// More workers are for more load: where each has few requests under way, fewer of them share a query.
const FOR_WORKERS = 128;
const INTRUDERS = 8;
// Two workers, the database, and the process that generates the load.
const CORES_FOR_TWO_WORKERS = 4;
// Hardly two requests of a batch alike.
const MANY: RequestMix = { distinct: 20_000 };
const SOME_UNKNOWN: RequestMix = { ...MANY, unknownTokenEvery: 5 };

/** `large` is the most rows that any dimension has. */
function dimensions(large: number): Dimension[] {
  const title = (count: number) => count.toLocaleString('en');
  const each = (key: keyof Size, ...counts: number[]): Variant[] =>
    [...new Set(counts)].map((count) => ({ title: title(count), size: { [key]: count } }));
  const oauth = each('oauth_tokens', BASE_SIZE.oauth_tokens, large / 10, large);
  const indexed: Variant = {
    title: `${title(large)}, with the index of 2024.8`,
    size: { oauth_tokens: large, oauth_index: 1 },
  };
  const share = availableParallelism() < CORES_FOR_TWO_WORKERS ? 0.25 : undefined;
  const held = share === undefined ? '' : ', each held to a quarter of a core';
  return [
    {
      ...{ key: 'stages', title: 'Stages, the same 12 requests' },
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
      mix: SOME_UNKNOWN,
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
      ...{ key: 'workers', title: `Workers${held}, ${FOR_WORKERS} connections` },
      variants: [1, 2].map((workers) => ({ title: String(workers), size: {}, workers })),
      connections: FOR_WORKERS,
      shareOfCore: share,
    },
  ];
}

export async function measureGrowth(
  bench: Bench,
  large: number,
  progress: (line: string) => void,
): Promise<Growth[]> {
  const growths: Growth[] = [];
  for (const dimension of dimensions(large)) {
    if (bench.options.isQuick && !dimension.key) continue;
    progress(`${dimension.title} …`);
    growths.push({ dimension, measurements: await measureDimension(bench, dimension) });
  }
  return growths;
}

async function measureDimension(bench: Bench, dimension: Dimension): Promise<Measurements> {
  const { variants, mix = MANY, connections = CONNECTIONS, shareOfCore, intruders } = dimension;
  const running: RunningPeer[] = [];
  const releases: (() => void)[] = [];
  try {
    const subjects: Subject[] = [];
    for (const { title, workers = 1, ...variant } of variants) {
      const size = { ...BASE_SIZE, ...variant.size };
      const database = await bench.postgres.databaseOf(size);
      const settings = { WORKERS: workers };
      const peer = await startPeer('ours', database, bench.options.node.path, settings);
      running.push(peer);
      if (shareOfCore !== undefined) {
        releases.push(throttle(workers === 1 ? [peer.pid] : peer.workers(), shareOfCore));
      }
      const bad = planRequests(size, { ...mix, unknownTokenEvery: 1 });
      subjects.push({
        ...{ name: title, port: peer.port, pid: peer.pid, requests: planRequests(size, mix) },
        ...(intruders && { alongside: { connections: intruders, requests: bad } }),
      });
    }
    await warmUp(bench, subjects);
    return await measureInTurn(bench, subjects, connections);
  } finally {
    for (const release of releases) release();
    await Promise.all(running.map((peer) => peer.stop()));
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

/** Ratios to the first variant of each dimension. */
export function growthTable(growths: readonly Growth[]): string {
  const rows = growths.flatMap(({ dimension: { title, variants }, measurements }) =>
    variants.map(({ title: size }, index) => {
      const ratio = (quantity: 'requestsPerSecond' | 'serverCpuUs' | 'databaseCpuUs' | 'p99Ms') =>
        ratioOf(measurements, size, variants[0]?.title ?? '', quantity);
      return [
        index === 0 ? title : '',
        size,
        withSpread(ratio('requestsPerSecond')),
        number(medianOf(measurements, size, 'requestsPerSecond')),
        number(ratio('serverCpuUs')?.median, 2),
        number(ratio('databaseCpuUs')?.median, 2),
        number(ratio('p99Ms')?.median, 2),
        number(errorsOf(measurements, size)),
      ];
    }),
  );
  const cpu = ['server CPU a request', 'database CPU a request'];
  const head = ['what grows', 'size', 'requests/s, ratio (least–most)', 'requests/s', ...cpu];
  return table([...head, 'p99', 'errors'], rows);
}
