/** The part growth: what our server costs when the database grows, one dimension at a time. */
import { guard } from '../test/support/live/guard.js';
import type { ServiceProcess } from '../test/support/live/service-process.js';
import { portOf } from './compare.js';
import { BASE_SIZE, type Size } from './database.js';
import { type Bench, type Measurements, measureInTurn, type Subject, warmUp } from './measure.js';
import { startPeer } from './peers.js';
import { planRequests, type RequestMix } from './requests.js';
import { errorsOf, number, ratioOf, spreadOf, table, valuesOf, withSpread } from './tables.js';

interface Variant {
  readonly title: string;
  readonly size: Size;
  readonly mix: RequestMix;
  readonly workers?: number;
  /** How much of a core each worker gets; all that there is if left out. */
  readonly shareOfCore?: number;
  /** So many more connections send tokens that nobody has. */
  readonly intruders?: number;
}

/** Variants that differ in one thing; the first one is what the others are compared with. */
interface Dimension {
  readonly title: string;
  /** Names a dimension that has a target. */
  readonly key?: 'stages' | 'workers' | 'throttled workers';
  readonly connections?: number;
  readonly variants: readonly Variant[];
}

export interface Growth {
  readonly dimension: Dimension;
  readonly measurements: Measurements;
}

const CONNECTIONS = 32;
// More workers are for more load: where each has few requests under way, fewer of them share a query.
const FOR_WORKERS = 128;
const INTRUDERS = 8;

/** `large` is the most rows that any dimension has. */
function dimensions(large: number): Dimension[] {
  // The same few rows whatever the size, so that only the tables grow and not the number of different requests.
  const few: RequestMix = { distinct: 12 };
  // Hardly two requests of a batch alike.
  const many: RequestMix = { distinct: 20_000 };
  const of = (title: string, change: Partial<Size>, mix: RequestMix = many): Variant => ({
    title,
    size: { ...BASE_SIZE, ...change },
    mix,
  });
  const text = (count: number) => count.toLocaleString('en');
  const each = (counts: readonly number[], key: keyof Size, mix?: RequestMix): Variant[] =>
    [...new Set(counts)].map((count) => of(text(count), { [key]: count }, mix));
  const oauth = (mix?: RequestMix) =>
    each([BASE_SIZE.oauth_tokens, large / 10, large], 'oauth_tokens', mix);
  const indexed = { oauth_tokens: large, oauth_index: true };
  const someUnknown: RequestMix = { ...many, unknownTokenEvery: 5 };
  const workers = (shareOfCore: object) =>
    [1, 2].map((count) => ({ ...of(String(count), {}), workers: count, ...shareOfCore }));
  return [
    {
      ...{ title: 'Stages, the same 12 requests', key: 'stages' },
      variants: each([10, BASE_SIZE.stages, large], 'stages', few),
    },
    { title: 'Stages, any of them', variants: each([BASE_SIZE.stages, large], 'stages') },
    {
      title: 'Users and tokens, the same 12 requests',
      variants: each([12, BASE_SIZE.users, large], 'users', few),
    },
    { title: 'Users and tokens, any of them', variants: each([BASE_SIZE.users, large], 'users') },
    { title: 'Flows of each stage', variants: each([1, 10, 100], 'flows_per_stage') },
    { title: 'Groups above one another', variants: each([1, 5, 20], 'group_depth') },
    { title: 'Unknown tokens', variants: [of('none', {}), of('20 %', {}, someUnknown)] },
    { title: 'OAuth tokens in the table, API tokens sent', variants: oauth() },
    {
      title: 'OAuth tokens in the table, 20 % of the tokens sent unknown',
      variants: [
        ...oauth(someUnknown),
        of(`${text(large)}, with the index of 2024.8`, indexed, someUnknown),
      ],
    },
    {
      title: `OAuth tokens in the table, API tokens sent, and unknown ones on ${INTRUDERS} more connections`,
      variants: oauth().map((variant) => ({ ...variant, intruders: INTRUDERS })),
    },
    {
      title: 'OAuth tokens in the table and sent',
      variants: [
        ...oauth({ ...many, usesOauth: true }),
        of(`${text(large)}, with the index of 2024.8`, indexed, { ...many, usesOauth: true }),
      ],
    },
    {
      ...{ title: `Workers, ${FOR_WORKERS} connections`, key: 'workers' },
      connections: FOR_WORKERS,
      variants: workers({}),
    },
    {
      title: `Workers, each held to a quarter of a core, ${FOR_WORKERS} connections`,
      key: 'throttled workers',
      connections: FOR_WORKERS,
      variants: workers({ shareOfCore: 0.25 }),
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
    progress(`${dimension.title} …`);
    growths.push({ dimension, measurements: await measureDimension(bench, dimension) });
  }
  return growths;
}

async function measureDimension(
  bench: Bench,
  { connections = CONNECTIONS, variants }: Dimension,
): Promise<Measurements> {
  const running: ServiceProcess[] = [];
  const releases: (() => void)[] = [];
  try {
    const subjects: Subject[] = [];
    for (const { title, size, mix, workers = 1, shareOfCore, intruders } of variants) {
      const database = await bench.postgres.databaseOf(size);
      const settings = { WORKERS: workers };
      const peer = await startPeer('ours', { database, runtime: bench.options.runtime, settings });
      running.push(peer);
      if (shareOfCore !== undefined) {
        releases.push(throttle(workers === 1 ? [peer.pid] : peer.workers(), shareOfCore));
      }
      const bad = { ...mix, unknownTokenEvery: 1 };
      subjects.push({
        ...{ name: title, port: portOf(peer), pid: peer.pid, requests: planRequests(size, mix) },
        ...(intruders && {
          alongside: { connections: intruders, requests: planRequests(size, bad) },
        }),
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
      if (mayRun === isRunning[index]) return;
      isRunning[index] = mayRun;
      process.kill(pid, mayRun ? 'SIGCONT' : 'SIGSTOP');
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
  const head = [
    'what grows',
    'size',
    'requests/s, ratio (least–most)',
    'requests/s',
    'server CPU a request',
    'database CPU a request',
    'p99',
    'errors',
  ];
  const rows = growths.flatMap(({ dimension: { title, variants }, measurements }) =>
    variants.map((variant, index) => {
      const ratio = (quantity: 'requestsPerSecond' | 'serverCpuUs' | 'databaseCpuUs' | 'p99Ms') =>
        ratioOf(measurements, variant.title, variants[0]?.title ?? '', quantity);
      const rates = valuesOf(measurements, variant.title, 'requestsPerSecond');
      return [
        index === 0 ? title : '',
        variant.title,
        withSpread(ratio('requestsPerSecond')),
        number(spreadOf(rates)?.median),
        number(ratio('serverCpuUs')?.median, 2),
        number(ratio('databaseCpuUs')?.median, 2),
        number(ratio('p99Ms')?.median, 2),
        number(errorsOf(measurements, variant.title)),
      ];
    }),
  );
  return table(head, rows);
}
