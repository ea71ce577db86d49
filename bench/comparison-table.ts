/** The comparison of the peers in Markdown. */
import type { Comparison } from './compare-peers.js';
import { number, table, withSpread } from './markdown.js';
import type { Measurement } from './measure.js';
import type { Peer } from './peers/peers.js';
import { spreadOf } from './statistics.js';

/** Where CPU time and the latencies of the table are taken. */
const REFERENCE_CONNECTIONS = 32;

export function comparisonTable({ peers, byConnections, megabytes }: Comparison): string {
  const counts = [...byConnections.keys()];
  const reference = counts.includes(REFERENCE_CONNECTIONS)
    ? REFERENCE_CONNECTIONS
    : (counts.at(-1) as number);
  const measured = (peer: Peer, count: number): readonly Measurement[] =>
    byConnections.get(count)?.get(peer.name) ?? [];
  const median = (peer: Peer, count: number, field: keyof Measurement) =>
    spreadOf(measured(peer, count).map((one) => one[field]))?.median;

  const head = [
    'peer',
    ...counts.map((count) => `req/s at ${count}`),
    ...counts.map((count) => `p50 / p99 ms at ${count}`),
    `CPU µs/request at ${reference}`,
    'database CPU µs/request',
    'resident MB, peak / at the end',
    'errors',
  ];
  const rows = peers.map((peer) => [
    peer.title,
    ...counts.map((count) =>
      withSpread(spreadOf(measured(peer, count).map((one) => one.requestsPerSecond))),
    ),
    ...counts.map(
      (count) =>
        `${number(median(peer, count, 'p50Ms'), 2)} / ${number(median(peer, count, 'p99Ms'), 2)}`,
    ),
    withSpread(spreadOf(measured(peer, reference).map((one) => one.serverCpuUs))),
    number(median(peer, reference, 'databaseCpuUs')),
    `${number(megabytes.get(peer.name)?.peak)} / ${number(megabytes.get(peer.name)?.now)}`,
    number(
      counts.flatMap((count) => measured(peer, count)).reduce((sum, one) => sum + one.errors, 0),
    ),
  ]);
  return table(head, rows);
}
