/** What is demanded of our server, as ratios within one run. */
import { availableParallelism } from 'node:os';
import type { Comparison, LoadName } from './compare.js';
import type { Growth } from './growth.js';
import type { Measurement } from './measure.js';
import { CONSTANT_PEER, type PeerName, peerNamed } from './peers.js';
import { number, ratioOf, type Spread, table, withSpread } from './tables.js';

interface PeerTarget {
  readonly load: LoadName;
  readonly quantity: 'requestsPerSecond' | 'serverCpuUs' | 'p50Ms' | 'p99Ms';
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

const TITLES = {
  requestsPerSecond: 'requests/s',
  serverCpuUs: 'server CPU a request',
  p50Ms: 'median latency',
  p99Ms: '99th percentile',
} as const;

const MAX_PEAK_MEGABYTES = 220;
const MAX_CPU_RATIO_OF_STAGES = 1.1;
const MIN_RATIO_OF_WORKERS = 1.6;
// Two workers, the database, and the process that generates the load.
const CORES_FOR_TWO_WORKERS = 4;

const HEAD = ['ours', 'measured (least–most)', 'target', 'met'];

/** A row for each target whose peer was measured. */
export function peerTargetsTable(comparison: Comparison, nodeMajor: number): string {
  const column = nodeMajor < 24 ? 0 : 1;
  const rows = PEER_TARGETS.flatMap(({ load, quantity, to, limits }) =>
    Object.entries(limits).flatMap(([connections, limit]) => {
      const measured = comparison.byLoad[load].get(Number(connections));
      const ratio = ratioOf(measured, 'ours', to, quantity);
      const title = `${load}: ${TITLES[quantity]} at ${connections}, to ${peerNamed(to).title}`;
      const sense = quantity === 'requestsPerSecond' ? '≥' : '≤';
      return ratio ? [judged(title, ratio, sense, limit[column])] : [];
    }),
  );
  const peak = comparison.peakMegabytes.get('ours');
  if (peak !== undefined && Number.isFinite(peak)) {
    const spread = { median: peak, least: peak, most: peak };
    rows.push(judged('peak resident memory, MB', spread, '≤', MAX_PEAK_MEGABYTES, 0));
  }
  return table(HEAD, rows);
}

const speed = ({ requestsPerSecond }: Measurement) => requestsPerSecond;
const cost = ({ serverCpuUs, databaseCpuUs }: Measurement) => serverCpuUs + databaseCpuUs;

/** Of the dimensions that have a target. */
export function growthTargetsTable(growths: readonly Growth[]): string {
  const hasFreeCore = availableParallelism() >= CORES_FOR_TWO_WORKERS;
  const rows = growths.flatMap(({ dimension: { key, title, variants }, measurements }) => {
    const [first = '', last = ''] = [variants[0]?.title, variants.at(-1)?.title];
    const judge = (what: string, quantity: typeof cost, sense: Sense, limit: number) => {
      const ratio = ratioOf(measurements, last, first, quantity);
      return ratio ? [judged(what, ratio, sense, limit)] : [];
    };
    if (key === 'stages') {
      const what = `CPU of server and database a request, ${last} stages to ${first}`;
      return judge(what, cost, '≤', MAX_CPU_RATIO_OF_STAGES);
    }
    if (key === (hasFreeCore ? 'workers' : 'throttled workers')) {
      return judge(`requests/s, ${title.toLowerCase()}: 2 to 1`, speed, '≥', MIN_RATIO_OF_WORKERS);
    }
    return [];
  });
  return table(HEAD, rows);
}

type Sense = '≥' | '≤';

function judged(title: string, measured: Spread, sense: Sense, limit: number, digits = 2) {
  const isMet = sense === '≥' ? measured.median >= limit : measured.median <= limit;
  return [
    title,
    withSpread(measured, digits),
    `${sense} ${number(limit, digits)}`,
    isMet ? '✓' : '✗',
  ];
}
