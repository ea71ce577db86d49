/** The targets of the comparison: our server as a ratio to a peer, round by round. */
import type { Comparison } from './compare-peers.js';
import { number, table, withSpread } from './markdown.js';
import type { Measurement } from './measure.js';
import { ratioOf, type Spread } from './statistics.js';

type Field = 'requestsPerSecond' | 'p50Ms' | 'p99Ms';

interface Target {
  readonly field: Field;
  readonly connections: number;
  readonly peer: string;
  readonly limit: { readonly atLeast: number } | { readonly atMost: number };
}

const TARGETS: readonly Target[] = [
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

const MEMORY_LIMIT_MB = 150;

const FIELD_TITLES: Readonly<Record<Field, string>> = {
  requestsPerSecond: 'requests/s',
  p50Ms: 'median latency',
  p99Ms: '99th percentile',
};

/** A row for each target whose peer was measured. */
export function targetsTable(comparison: Comparison): string {
  const rows = TARGETS.flatMap((target) => {
    const ratio = (field: keyof Measurement) => ratioToPeer(comparison, target, field);
    const measured = ratio(target.field);
    if (!measured) return [];
    const title = comparison.peers.find((peer) => peer.name === target.peer)?.title ?? target.peer;
    return [
      [
        `${FIELD_TITLES[target.field]} at ${target.connections}, to ${title}`,
        withSpread(measured, 2),
        'atLeast' in target.limit ? `≥ ${target.limit.atLeast}` : `≤ ${target.limit.atMost}`,
        isMet(measured, target) ? '✓' : '✗',
        withSpread(ratio('serverCpuUs'), 2),
      ],
    ];
  });
  const peak = comparison.peakMegabytes.get('ours');
  if (peak !== undefined) {
    rows.push([
      'peak resident memory, MB',
      number(peak),
      `≤ ${MEMORY_LIMIT_MB}`,
      peak <= MEMORY_LIMIT_MB ? '✓' : '✗',
      '',
    ]);
  }
  const head = ['ours', 'ratio (least–most)', 'target', 'met', 'ratio of server CPU per request'];
  return table(head, rows);
}

function ratioToPeer(
  { byConnections }: Comparison,
  { connections, peer }: Target,
  field: keyof Measurement,
): Spread | undefined {
  const measurements = byConnections.get(connections);
  const values = (name: string) => measurements?.get(name)?.map((one) => one[field]) ?? [];
  return ratioOf(values('ours'), values(peer));
}

function isMet({ median }: Spread, { limit }: Target): boolean {
  return 'atLeast' in limit ? median >= limit.atLeast : median <= limit.atMost;
}
