/** What is demanded of our server, as ratios within one run. */
import type { Comparison, LoadName } from './compare.js';
import type { Growth } from './growth.js';
import { CONSTANT_PEER, type PeerName, peerNamed } from './peers.js';
import { number, ratioOf, type Spread, table, withSpread } from './tables.js';

type Quantity = 'requestsPerSecond' | 'serverCpuUs' | 'p50Ms' | 'p99Ms';

interface PeerTarget {
  readonly load: LoadName;
  readonly quantity: Quantity;
  readonly to: PeerName;
  /** Limits by number of connections, for Node 20 and for Node 24. */
  readonly limits: Readonly<Record<number, readonly [node20: number, node24: number]>>;
}

const PEER_TARGETS: readonly PeerTarget[] = [
  {
    ...{ load: 'varied', quantity: 'requestsPerSecond', to: CONSTANT_PEER },
    limits: { 1: [0.22, 0.17], 8: [0.8, 0.5], 32: [1.1, 0.8], 256: [1.3, 1.0] },
  },
  {
    ...{ load: 'varied', quantity: 'requestsPerSecond', to: 'express-pg' },
    limits: { 1: [1.15, 1.1], 8: [2, 1.8], 32: [3, 3], 256: [4, 3.5] },
  },
  {
    ...{ load: 'varied', quantity: 'serverCpuUs', to: CONSTANT_PEER },
    limits: { 32: [1.0, 1.4] },
  },
  {
    ...{ load: 'one stage', quantity: 'requestsPerSecond', to: CONSTANT_PEER },
    limits: { 32: [1.4, 1.0], 256: [1.7, 1.2] },
  },
  { ...{ load: 'varied', quantity: 'p50Ms', to: 'express-prisma' }, limits: { 1: [1.1, 1.1] } },
  { ...{ load: 'varied', quantity: 'p99Ms', to: 'express-prisma' }, limits: { 32: [1, 1] } },
];
const MAX_PEAK_MEGABYTES = 220;

/** The last variant of a dimension, to its first. */
const GROWTH_TARGETS = {
  stages: { quantity: 'cpuUs', limit: 1.1 },
  workers: { quantity: 'requestsPerSecond', limit: 1.6 },
} as const;

const TITLES = {
  requestsPerSecond: 'requests/s',
  serverCpuUs: 'server CPU a request',
  cpuUs: 'CPU of server and database a request',
  p50Ms: 'median latency',
  p99Ms: '99th percentile',
};
const HEAD = ['ours', 'measured (least–most)', 'target', 'met'];

/** A row for each target whose peer was measured. */
export function peerTargetsTable({ loads, peaks }: Comparison, nodeVersion: string): string {
  const column = Number.parseInt(nodeVersion.slice(1), 10) < 24 ? 0 : 1;
  const rows = PEER_TARGETS.flatMap(({ load, quantity, to, limits }) =>
    Object.entries(limits).flatMap(([connections, limit]) => {
      const ratio = ratioOf(loads[load].get(Number(connections)), 'ours', to, quantity);
      const title = `${load}: ${TITLES[quantity]} at ${connections}, to ${peerNamed(to).title}`;
      return judge(title, ratio, quantity, limit[column]);
    }),
  );
  const peak = peaks.get('ours') ?? Number.NaN;
  const spread = { median: peak, least: peak, most: peak };
  const memory = judge('peak resident memory, MB', spread, 'memory', MAX_PEAK_MEGABYTES, 0);
  return table(HEAD, [...rows, ...memory]);
}

/** Of the dimensions that have a target. */
export function growthTargetsTable(growths: readonly Growth[]): string {
  const rows = growths.flatMap(({ dimension: { key, title, variants }, measurements }) => {
    if (!key) return [];
    const [first = '', last = ''] = [variants[0]?.title, variants.at(-1)?.title];
    const { quantity, limit } = GROWTH_TARGETS[key];
    const ratio = ratioOf(measurements, last, first, quantity);
    return judge(`${title}: ${TITLES[quantity]}, ${last} to ${first}`, ratio, quantity, limit);
  });
  return table(HEAD, rows);
}

/** One row, or none where nothing was measured. Of requests/s more is better, of everything else less. */
function judge(title: string, spread: Spread, quantity: string, limit: number, digits = 2) {
  if (!spread) return [];
  const isFloor = quantity === 'requestsPerSecond';
  const isMet = isFloor ? spread.median >= limit : spread.median <= limit;
  const target = `${isFloor ? '≥' : '≤'} ${number(limit, digits)}`;
  return [[title, withSpread(spread, digits), target, isMet ? 'hit' : 'missed']];
}
