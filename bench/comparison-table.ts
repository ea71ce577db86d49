/** The comparison of the peers in Markdown: as measured, and as ratios that another machine can be held against. */
import type { Comparison } from './compare-peers.js';
import { number, table, withSpread } from './markdown.js';
import type { Measurement } from './measure.js';
import type { Peer } from './peers/peers.js';
import { ratioOf, spreadOf } from './statistics.js';

/** Where CPU time is taken, and latencies of the ratios. */
const REFERENCE_CONNECTIONS = 32;
/** What is 1 in the ratios, and what is 1 where that one does nothing. */
const REFERENCE_PEER = 'express-validator';
const REFERENCE_READER = 'straightforward';

type Field = keyof Measurement;

export function comparisonTable(comparison: Comparison): string {
  const { peers, byConnections, megabytes } = comparison;
  const counts = [...byConnections.keys()];
  const reference = referenceCount(counts);
  const spread = (peer: Peer, count: number, field: Field) =>
    spreadOf(valuesOf(comparison, peer.name, count, field));
  const milliseconds = (peer: Peer, count: number, field: Field) =>
    number(spread(peer, count, field)?.median, 2);

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
    ...counts.map((count) => withSpread(spread(peer, count, 'requestsPerSecond'))),
    ...counts.map(
      (count) => `${milliseconds(peer, count, 'p50Ms')} / ${milliseconds(peer, count, 'p99Ms')}`,
    ),
    withSpread(spread(peer, reference, 'serverCpuUs')),
    number(spread(peer, reference, 'databaseCpuUs')?.median),
    `${number(megabytes.get(peer.name)?.peak)} / ${number(megabytes.get(peer.name)?.now)}`,
    number(errorsOf(comparison, peer)),
  ]);
  return table(head, rows);
}

export function ratioTable(comparison: Comparison): string {
  const { peers, byConnections, megabytes } = comparison;
  const counts = [...byConnections.keys()];
  const reference = referenceCount(counts);
  const ratio = (peer: Peer, count: number, field: Field, to: string) =>
    ratioOf(valuesOf(comparison, peer.name, count, field), valuesOf(comparison, to, count, field));
  const median = (peer: Peer, field: Field, to: string) =>
    number(ratio(peer, reference, field, to)?.median, 2);

  const head = [
    'peer',
    ...counts.map((count) => `requests/s at ${count}`),
    `p50 at ${reference}`,
    `p99 at ${reference}`,
    'server CPU',
    'database CPU',
    'peak MB',
    'errors',
  ];
  const rows = peers.map((peer) => [
    peer.title,
    ...counts.map((count) =>
      withSpread(ratio(peer, count, 'requestsPerSecond', REFERENCE_PEER), 2),
    ),
    median(peer, 'p50Ms', REFERENCE_PEER),
    median(peer, 'p99Ms', REFERENCE_PEER),
    median(peer, 'serverCpuUs', REFERENCE_PEER),
    median(peer, 'databaseCpuUs', REFERENCE_READER),
    number(megabytes.get(peer.name)?.peak),
    number(errorsOf(comparison, peer)),
  ]);
  return table(head, rows);
}

function referenceCount(counts: readonly number[]): number {
  return counts.includes(REFERENCE_CONNECTIONS) ? REFERENCE_CONNECTIONS : (counts.at(-1) ?? 0);
}

function valuesOf({ byConnections }: Comparison, name: string, count: number, field: Field) {
  return (
    byConnections
      .get(count)
      ?.get(name)
      ?.map((one) => one[field]) ?? []
  );
}

function errorsOf({ byConnections }: Comparison, { name }: Peer): number {
  const all = [...byConnections.values()].flatMap((measurements) => measurements.get(name) ?? []);
  return all.reduce((sum, one) => sum + one.errors, 0);
}
