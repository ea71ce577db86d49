/** The part peers: our server beside what a user would pick instead, under two loads and a flood of bad tokens. */
import { peakMegabytes } from '../test/support/live/processes.js';
import { ask, assertAgreement, CONSTANT } from './agreement.js';
import { BASE_SIZE } from './database.js';
import { type Bench, type Measurements, measureInTurn, type Subject, warmUp } from './measure.js';
import {
  CONSTANT_PEER,
  PEER_NAMES,
  PEERS,
  type PeerName,
  type RunningPeer,
  startPeer,
} from './peers.js';
import { planRequests } from './requests.js';
import { errorsOf, medianOf, number, ratioOf, table, withSpread } from './tables.js';

export const VARIED = planRequests(BASE_SIZE, { distinct: 5000 });
const BAD = planRequests(BASE_SIZE, { distinct: 20_000, unknownTokenEvery: 1 });

export const LOADS = {
  varied: {
    title: '5,000 pairs of a caller and a stage',
    requests: VARIED,
    peers: PEER_NAMES,
  },
  'one stage': {
    title: 'One stage again and again, with the same token',
    requests: [CONSTANT],
    peers: PEER_NAMES.filter((name) => ['ours', CONSTANT_PEER, 'express-pg'].includes(name)),
  },
};
export type LoadName = keyof typeof LOADS;

export interface Comparison {
  /** By the number of connections. */
  readonly loads: Readonly<Record<LoadName, ReadonlyMap<number, Measurements>>>;
  readonly flood: Measurements;
  /** Of the largest process of each peer, when everything was measured. */
  readonly peaks: ReadonlyMap<string, number>;
}

const FLOOD_CONNECTIONS = 32;
const ALONE = 'good tokens';
const DURING = 'good tokens, during a flood';
const ONLY_BAD = 'bad tokens only';

export async function comparePeers(
  bench: Bench,
  progress: (line: string) => void,
): Promise<Comparison> {
  const { peers, connections, node } = bench.options;
  const database = await bench.postgres.databaseOf(BASE_SIZE);
  const running = new Map<PeerName, RunningPeer>();
  try {
    const ours = await startPeer('ours', database, node.path);
    running.set('ours', ours);
    const CONSTANT_BODY = (await ask(ours.port, CONSTANT)).text;
    for (const name of peers.filter((name) => name !== 'ours')) {
      running.set(name, await startPeer(name, database, node.path, { CONSTANT_BODY }));
    }
    await assertAgreement(new Map([...running].map(([name, { port }]) => [name, port])));
    progress('All peers give the same responses.');

    const subjects = (load: LoadName): Subject[] =>
      [...running]
        .filter(([name]) => LOADS[load].peers.includes(name))
        .map(([name, { port, pid }]) => ({ name, port, pid, requests: LOADS[load].requests }));
    await warmUp(bench, subjects('varied'));
    const measureLoad = async (load: LoadName) => {
      const measured = new Map<number, Measurements>();
      for (const count of connections) {
        progress(`${load}, ${count} connections …`);
        measured.set(count, await measureInTurn(bench, subjects(load), count));
      }
      return measured;
    };
    const loads = {
      varied: await measureLoad('varied'),
      'one stage': await measureLoad('one stage'),
    };
    progress('A flood of bad tokens …');
    const { port, pid } = ours;
    const alongside = { requests: BAD, connections: FLOOD_CONNECTIONS };
    const flooded: Subject[] = [
      ...subjects('varied').filter(({ name }) => name === CONSTANT_PEER),
      { name: ALONE, port, pid, requests: VARIED },
      { name: DURING, port, pid, requests: VARIED, alongside },
      { name: ONLY_BAD, port, pid, requests: BAD },
    ];
    const flood = await measureInTurn(bench, flooded, FLOOD_CONNECTIONS);
    const peaks = new Map([...running].map(([name, peer]) => [name, peakMegabytes(peer.pid)]));
    return { loads, flood, peaks };
  } finally {
    await Promise.all([...running.values()].map((peer) => peer.stop()));
  }
}

/** One table for each load. */
export function comparisonTables({ loads, peaks }: Comparison): string[] {
  return Object.entries(LOADS).flatMap(([load, { title }]) => {
    const measured = loads[load as LoadName];
    const counts = [...measured.keys()];
    const reference = counts.includes(32) ? 32 : (counts.at(-1) ?? 0);
    const at = measured.get(reference);
    const head = [
      'peer',
      ...counts.map((count) => `requests/s at ${count}`),
      ...[`p99 at ${reference}, ms`, `server CPU a request at ${reference}`],
      ...['database CPU, µs', 'peak MB', 'errors'],
    ];
    const rows = PEERS.filter(({ name }) => at?.has(name)).map(({ name, title: peer }) => [
      peer,
      ...counts.map((count) => ratioAndRate(measured.get(count), name)),
      number(medianOf(at, name, 'p99Ms'), 1),
      `${withSpread(ratioOf(at, name, CONSTANT_PEER, 'serverCpuUs'))}; ${number(medianOf(at, name, 'serverCpuUs'))} µs`,
      number(medianOf(at, name, 'databaseCpuUs')),
      number(peaks.get(name)),
      number(counts.reduce((sum, count) => sum + errorsOf(measured.get(count), name), 0)),
    ]);
    return [`${title}:`, table(head, rows)];
  });
}

function ratioAndRate(measurements: Measurements | undefined, name: string): string {
  const ratio = ratioOf(measurements, name, CONSTANT_PEER, 'requestsPerSecond');
  return `${withSpread(ratio)}; ${number(medianOf(measurements, name, 'requestsPerSecond'))}/s`;
}

/** Where good and bad requests come together, the CPU time of one kind is not known. */
export function floodTable({ flood }: Comparison): string {
  const cpu = (name: string, to: string) =>
    name === DURING ? '–' : withSpread(ratioOf(flood, name, to, 'serverCpuUs'));
  const rows = [ALONE, DURING, ONLY_BAD].map((name) => [
    name,
    ratioAndRate(flood, name),
    withSpread(ratioOf(flood, name, ALONE, 'requestsPerSecond')),
    cpu(name, CONSTANT_PEER),
    cpu(name, ALONE),
    number(errorsOf(flood, name)),
  ]);
  const what = `ours, ${FLOOD_CONNECTIONS} connections; ${FLOOD_CONNECTIONS} more for the flood`;
  const toGood = 'to good tokens';
  return table([what, 'requests/s', toGood, 'server CPU a request', toGood, 'errors'], rows);
}
