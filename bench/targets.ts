/** What is demanded of our server, as ratios within one run. */
import { availableParallelism } from 'node:os';
import type { Comparison } from './compare-peers.js';
import type { Growth } from './growth.js';
import { number, table, withSpread } from './markdown.js';
import type { Measurement } from './measure.js';
import { ratioOf, type Spread } from './statistics.js';

type Limit = { readonly atLeast: number } | { readonly atMost: number };

interface PeerTarget {
  readonly field: 'requestsPerSecond' | 'p50Ms' | 'p99Ms';
  readonly connections: number;
  readonly peer: string;
  readonly limit: Limit;
}

const PEER_TARGETS: readonly PeerTarget[] = [
  {
    field: 'requestsPerSecond',
    connections: 32,
    peer: 'express-validator',
    limit: { atLeast: 0.6 },
  },
  {
    field: 'requestsPerSecond',
    connections: 256,
    peer: 'express-validator',
    limit: { atLeast: 0.7 },
  },
  { field: 'requestsPerSecond', connections: 32, peer: 'straightforward', limit: { atLeast: 2.5 } },
  { field: 'requestsPerSecond', connections: 32, peer: 'fastify', limit: { atLeast: 1.2 } },
  { field: 'p99Ms', connections: 32, peer: 'straightforward', limit: { atMost: 1 } },
  { field: 'p50Ms', connections: 1, peer: 'straightforward', limit: { atMost: 1.1 } },
];

const MEMORY_LIMIT = { atMost: 150 };
const LARGE_STAGES_LIMIT = { atMost: 1.1 };
const TWO_WORKERS_LIMIT = { atLeast: 1.6 };
// Two workers, the database, and the process that generates the load.
const CORES_FOR_TWO_WORKERS = 4;

const FIELD_TITLES = {
  requestsPerSecond: 'requests/s',
  p50Ms: 'median latency',
  p99Ms: '99th percentile',
} as const;

const HEAD = ['ours', 'measured (least–most)', 'target', 'met'];

/** A row for each target whose peer was measured. */
export function peerTargetsTable(comparison: Comparison): string {
  const rows = PEER_TARGETS.flatMap((target) => {
    const ratio = (field: keyof Measurement) => ratioToPeer(comparison, target, field);
    const measured = ratio(target.field);
    if (!measured) return [];
    const { connections, peer, limit } = target;
    const title = comparison.peers.find(({ name }) => name === peer)?.title ?? peer;
    return [
      [
        ...judged(`${FIELD_TITLES[target.field]} at ${connections}, to ${title}`, measured, limit),
        withSpread(ratio('serverCpuUs'), 2),
      ],
    ];
  });
  const peak = comparison.megabytes.get('ours')?.peak;
  if (peak !== undefined) {
    const measured = { median: peak, least: peak, most: peak };
    rows.push([...judged('peak resident memory, MB', measured, MEMORY_LIMIT, 0), '']);
  }
  return table([...HEAD, 'ratio of server CPU per request'], rows);
}

function ratioToPeer(
  { byConnections }: Comparison,
  { connections, peer }: PeerTarget,
  field: keyof Measurement,
): Spread | undefined {
  const measurements = byConnections.get(connections);
  const values = (name: string) => measurements?.get(name)?.map((one) => one[field]) ?? [];
  return ratioOf(values('ours'), values(peer));
}

/** Of the dimensions that have a target. */
export function growthTargetsTable(growths: readonly Growth[]): string {
  const rows = growths.flatMap(({ dimension, measurements }) => {
    const first = measurements.get(dimension.variants[0]?.title ?? '') ?? [];
    const lastTitle = dimension.variants.at(-1)?.title ?? '';
    const last = measurements.get(lastTitle) ?? [];
    if (dimension.key === 'stages') {
      const cost = (one: Measurement) =>
        one.serverCpuUs === undefined ? undefined : one.serverCpuUs + (one.databaseCpuUs ?? 0);
      const measured = ratioOf(last.map(cost), first.map(cost));
      const title = `CPU of server and database per request, ${lastTitle} stages`;
      return measured ? [judged(title, measured, LARGE_STAGES_LIMIT)] : [];
    }
    const hasFreeCore = availableParallelism() >= CORES_FOR_TWO_WORKERS;
    if (dimension.key === (hasFreeCore ? 'workers' : 'throttled workers')) {
      const speed = (one: Measurement) => one.requestsPerSecond;
      const measured = ratioOf(last.map(speed), first.map(speed));
      const title = `requests/s, ${dimension.title.toLowerCase()}: 2 to 1`;
      return measured ? [judged(title, measured, TWO_WORKERS_LIMIT)] : [];
    }
    return [];
  });
  return table(HEAD, rows);
}

function judged(title: string, measured: Spread, limit: Limit, digits = 2): string[] {
  const { median } = measured;
  const isMet = 'atLeast' in limit ? median >= limit.atLeast : median <= limit.atMost;
  const demanded =
    'atLeast' in limit ? `≥ ${number(limit.atLeast, 1)}` : `≤ ${number(limit.atMost, 1)}`;
  return [title, withSpread(measured, digits), demanded, isMet ? '✓' : '✗'];
}
