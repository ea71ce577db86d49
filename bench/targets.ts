/** What is demanded of our server, as ratios within one run. */
import type { Measurements } from './measure.js';
import { CONSTANT_PEER, PEERS, type PeerName } from './peers.js';
import { number, ratioOf, type Spread, table, withSpread } from './tables.js';

export const QUANTITIES = {
  requestsPerSecond: 'requests/s',
  serverCpuUs: 'server CPU a request',
  cpuUs: 'CPU of server and database a request',
  p50Ms: 'median latency',
  p99Ms: '99th percentile',
};
type Quantity = keyof typeof QUANTITIES;

/** The load, its connections, what is measured, to which peer, and the limits for Node 20 and for Node 24. */
type PeerTarget = readonly [string, number, Quantity, PeerName, number, number];
const PEER_TARGETS: readonly PeerTarget[] = [
  ['varied', 1, 'requestsPerSecond', CONSTANT_PEER, 0.22, 0.17],
  ['varied', 8, 'requestsPerSecond', CONSTANT_PEER, 0.8, 0.5],
  ['varied', 32, 'requestsPerSecond', CONSTANT_PEER, 1.1, 0.8],
  ['varied', 256, 'requestsPerSecond', CONSTANT_PEER, 1.3, 1],
  ['varied', 1, 'requestsPerSecond', 'express-pg', 1.15, 1.1],
  ['varied', 8, 'requestsPerSecond', 'express-pg', 2, 1.8],
  ['varied', 32, 'requestsPerSecond', 'express-pg', 3, 3],
  ['varied', 256, 'requestsPerSecond', 'express-pg', 4, 3.5],
  ['varied', 32, 'serverCpuUs', CONSTANT_PEER, 1, 1.4],
  ['one stage', 32, 'requestsPerSecond', CONSTANT_PEER, 1.4, 1],
  ['one stage', 256, 'requestsPerSecond', CONSTANT_PEER, 1.7, 1.2],
  ['varied', 1, 'p50Ms', 'express-prisma', 1.1, 1.1],
  ['varied', 32, 'p99Ms', 'express-prisma', 1, 1],
];
const MAX_PEAK_MEGABYTES = 220;

/** `loads` are by name, and by the number of connections. */
export function peerTargetsTable(
  loads: ReadonlyMap<string, ReadonlyMap<number, Measurements>>,
  peakMegabytes: number,
  nodeVersion: string,
): string {
  const isNode20 = Number.parseInt(nodeVersion.slice(1), 10) < 24;
  const rows = PEER_TARGETS.map(([load, connections, quantity, to, node20, node24]) => {
    const ratio = ratioOf(loads.get(load)?.get(connections), 'ours', to, quantity);
    const title = `${load}: ${QUANTITIES[quantity]} at ${connections}, to ${PEERS[to].title}`;
    return judge(title, ratio, quantity, isNode20 ? node20 : node24);
  });
  const peak = { median: peakMegabytes, least: peakMegabytes, most: peakMegabytes };
  const memory = judge('peak resident memory, MB', peak, 'memory', MAX_PEAK_MEGABYTES, 0);
  return targetsTable([...rows, memory]);
}

/** Without the targets of which nothing was measured. */
export const targetsTable = (rows: readonly (readonly string[])[]) =>
  table(
    ['ours', 'measured (least–most)', 'target', 'met'],
    rows.filter((row) => row.length > 0),
  );

/** A row, which is empty where nothing was measured. Of requests/s more is better, of everything else less. */
export function judge(title: string, spread: Spread, quantity: string, limit: number, digits = 2) {
  if (!spread) return [];
  const isFloor = quantity === 'requestsPerSecond';
  const isMet = isFloor ? spread.median >= limit : spread.median <= limit;
  const target = `${isFloor ? '≥' : '≤'} ${number(limit, digits)}`;
  return [title, withSpread(spread, digits), target, isMet ? 'hit' : 'missed'];
}
