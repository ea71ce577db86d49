/** What our server costs when the database grows, one dimension at a time. */
import type { BenchServer } from './database/open-database.js';
import { BASE_SIZE, type Size } from './database/size.js';
import { type Bench, type Measurements, measure, measureInTurn, type Subject } from './measure.js';
import type { Options } from './options.js';
import { PEERS } from './peers/peers.js';
import { childrenOf } from './process-stats.js';
import { planRequests, type RequestMix } from './requests.js';
import { type RunningPeer, startPeer } from './running-peer.js';
import { type Throttle, throttle } from './throttle.js';

export interface Variant {
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
export interface Dimension {
  readonly title: string;
  /** Names a dimension that has a target. */
  readonly key?: 'stages' | 'workers' | 'throttled workers';
  /** CONNECTIONS if left out. */
  readonly connections?: number;
  readonly variants: readonly Variant[];
}

export interface Growth {
  readonly dimension: Dimension;
  readonly measurements: Measurements;
}

const CONNECTIONS = 32;
// More workers are for more load: where each has few requests under way, fewer of them share a query.
const CONNECTIONS_FOR_WORKERS = 128;
const INTRUDERS = 8;
const WARM_UP_MS = 300;
const FIRST_WARM_UP_MS = 2000;

/** `large` is the most rows that any dimension has. */
export function dimensions(large: number): Dimension[] {
  // The same few rows whatever the size, so that only the tables grow and not the number of different questions.
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
  const oauthCounts = [BASE_SIZE.oauthTokens, large / 10, large];
  const someUnknown: RequestMix = { ...many, unknownTokenEvery: 5 };
  return [
    {
      title: 'Stages, the same 12 requests',
      key: 'stages',
      variants: each([10, BASE_SIZE.stages, large], 'stages', few),
    },
    { title: 'Stages, any of them', variants: each([BASE_SIZE.stages, large], 'stages') },
    {
      title: 'Users and tokens, the same 12 requests',
      variants: each([12, BASE_SIZE.users, large], 'users', few),
    },
    { title: 'Users and tokens, any of them', variants: each([BASE_SIZE.users, large], 'users') },
    { title: 'Flows of each stage', variants: each([1, 10, 100], 'flowsPerStage') },
    { title: 'Groups above one another', variants: each([1, 5, 20], 'groupDepth') },
    { title: 'Unknown tokens', variants: [of('none', {}), of('20 %', {}, someUnknown)] },
    {
      title: 'OAuth tokens in the table, API tokens sent',
      variants: each(oauthCounts, 'oauthTokens'),
    },
    {
      title: 'OAuth tokens in the table, 20 % of the tokens sent unknown',
      variants: [
        ...each(oauthCounts, 'oauthTokens', someUnknown),
        of(
          `${text(large)}, with the index that authentik lacks`,
          { oauthTokens: large, hasOauthIndex: true },
          someUnknown,
        ),
      ],
    },
    {
      title: `OAuth tokens in the table, API tokens sent, and unknown ones on ${INTRUDERS} more connections`,
      variants: each(oauthCounts, 'oauthTokens').map((variant) => ({
        ...variant,
        intruders: INTRUDERS,
      })),
    },
    {
      title: 'OAuth tokens in the table and sent',
      variants: each(oauthCounts, 'oauthTokens', { ...many, usesOauth: true }),
    },
    {
      title: `Workers, ${CONNECTIONS_FOR_WORKERS} connections`,
      key: 'workers',
      connections: CONNECTIONS_FOR_WORKERS,
      variants: [of('1', {}), { ...of('2', {}), workers: 2 }],
    },
    {
      title: `Workers, each held to a quarter of a core, ${CONNECTIONS_FOR_WORKERS} connections`,
      key: 'throttled workers',
      connections: CONNECTIONS_FOR_WORKERS,
      variants: [1, 2].map((workers) => ({
        ...of(String(workers), {}),
        ...{ workers, shareOfCore: 0.25 },
      })),
    },
  ];
}

export async function measureGrowth(
  bench: Bench,
  server: BenchServer,
  dimension: Dimension,
  { rounds, durationMs, isQuick }: Options,
): Promise<Growth> {
  const { connections = CONNECTIONS } = dimension;
  const running: RunningPeer[] = [];
  const throttles: Throttle[] = [];
  try {
    const subjects: Subject[] = [];
    for (const { title, size, mix, workers = 1, shareOfCore, intruders } of dimension.variants) {
      const { url } = await server.databaseOf(size);
      const peer = await startPeer({
        module: PEERS[0].module,
        nodeOptions: PEERS[0].nodeOptions,
        databaseUrl: url,
        environment: { WORKERS: String(workers) },
      });
      running.push(peer);
      if (shareOfCore !== undefined) {
        const pids = workers === 1 ? [peer.pid] : childrenOf(peer.pid);
        throttles.push(throttle(pids, shareOfCore));
      }
      subjects.push({
        ...peer,
        name: title,
        requests: planRequests(size, mix),
        ...(intruders && {
          alongside: {
            connections: intruders,
            requests: planRequests(size, { ...mix, unknownTokenEvery: 1 }),
          },
        }),
      });
    }
    const durationOfWarmUp = isQuick ? WARM_UP_MS : FIRST_WARM_UP_MS;
    for (const subject of subjects) {
      await measure(bench, subject, connections, { durationMs: durationOfWarmUp, warmUpMs: 0 });
    }
    const pace = { rounds, durationMs, warmUpMs: WARM_UP_MS };
    const measurements = await measureInTurn(bench, subjects, connections, pace);
    return { dimension, measurements };
  } finally {
    for (const { stop } of throttles) stop();
    await Promise.all(running.map((peer) => peer.close()));
  }
}
