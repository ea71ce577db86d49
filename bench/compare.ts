/** The part peers: our server beside what a user would pick instead, under two loads and a flood of bad tokens. */
import { peakMegabytes } from '../test/support/live/processes.js';
import type { ServiceProcess } from '../test/support/live/service-process.js';
import { ask, assertAgreement, CONSTANT } from './agreement.js';
import { BASE_SIZE } from './database.js';
import { type Bench, type Measurements, measureInTurn, type Subject, warmUp } from './measure.js';
import { CONSTANT_PEER, PEERS, type PeerName, peerNamed, startPeer } from './peers.js';
import { planRequests } from './requests.js';
import { errorsOf, number, ratioOf, spreadOf, table, valuesOf, withSpread } from './tables.js';

export const LOADS = {
  varied: {
    title: '5,000 pairs of a caller and a stage',
    requests: planRequests(BASE_SIZE, { distinct: 5000 }),
    peers: PEERS.map(({ name }) => name),
  },
  'one stage': {
    title: 'One stage again and again, with the same token',
    requests: [CONSTANT],
    peers: ['ours', 'express-validator', 'express-pg'],
  },
} as const;

export type LoadName = keyof typeof LOADS;

export interface Comparison {
  readonly byLoad: Readonly<Record<LoadName, ReadonlyMap<number, Measurements>>>;
  readonly flood: Measurements;
  /** Of the largest process of each peer, when everything was measured. */
  readonly peakMegabytes: ReadonlyMap<string, number>;
}

const FLOOD_CONNECTIONS = 32;
const FLOOD = ['good tokens', 'good tokens, during a flood', 'bad tokens only'] as const;

export async function comparePeers(
  bench: Bench,
  progress: (line: string) => void,
): Promise<Comparison> {
  const { peers, connections, runtime } = bench.options;
  const database = await bench.postgres.databaseOf(BASE_SIZE);
  const running = new Map<PeerName, ServiceProcess>();
  try {
    const ours = await startPeer('ours', { database, runtime });
    running.set('ours', ours);
    const constantBody = (await ask(portOf(ours), CONSTANT)).text;
    for (const name of peers) {
      if (running.has(name)) continue;
      running.set(name, await startPeer(name, { database, runtime, constantBody }));
    }
    await assertAgreement(
      [...running].map(([name, peer]) => ({ ...peerNamed(name), port: portOf(peer) })),
    );
    progress('All peers give the same responses.');

    const subjectsOf = (load: LoadName): Subject[] => {
      const { requests, peers: measured } = LOADS[load];
      return [...running]
        .filter(([name]) => (measured as readonly string[]).includes(name))
        .map(([name, peer]) => ({ name, port: portOf(peer), pid: peer.pid, requests }));
    };
    await warmUp(bench, subjectsOf('varied'));
    const measureLoad = async (load: LoadName) => {
      const measured = new Map<number, Measurements>();
      for (const count of connections) {
        progress(`${load}: ${count} connections …`);
        measured.set(count, await measureInTurn(bench, subjectsOf(load), count));
      }
      return measured;
    };
    const byLoad = {
      varied: await measureLoad('varied'),
      'one stage': await measureLoad('one stage'),
    };
    progress('A flood of bad tokens …');
    const constant = subjectsOf('varied').filter(({ name }) => name === CONSTANT_PEER);
    const subjects = [...constant, ...floodSubjects(ours)];
    const flood = await measureInTurn(bench, subjects, FLOOD_CONNECTIONS);
    const peaks = [...running].map(([name, { pid }]) => [name, peakMegabytes(pid)] as const);
    return { byLoad, flood, peakMegabytes: new Map(peaks) };
  } finally {
    await Promise.all([...running.values()].map((peer) => peer.stop()));
  }
}

export const portOf = ({ url }: ServiceProcess): number => Number(new URL(url).port);

function floodSubjects(ours: ServiceProcess): Subject[] {
  const good = LOADS.varied.requests;
  const bad = planRequests(BASE_SIZE, { distinct: 20_000, unknownTokenEvery: 1 });
  const [alone, during, only] = FLOOD;
  const base = { port: portOf(ours), pid: ours.pid };
  return [
    { ...base, name: alone, requests: good },
    {
      ...base,
      ...{ name: during, requests: good },
      alongside: { requests: bad, connections: FLOOD_CONNECTIONS },
    },
    { ...base, name: only, requests: bad },
  ];
}

/** One table for each load. */
export function comparisonTables({ byLoad, peakMegabytes: peaks }: Comparison): string[] {
  return Object.entries(LOADS).flatMap(([load, { title, peers }]) => {
    const measured = byLoad[load as LoadName];
    const counts = [...measured.keys()];
    const reference = counts.includes(32) ? 32 : (counts.at(-1) ?? 0);
    const at = measured.get(reference);
    const median = (name: string, quantity: 'p99Ms' | 'serverCpuUs' | 'databaseCpuUs') =>
      number(spreadOf(valuesOf(at, name, quantity))?.median, quantity === 'p99Ms' ? 1 : 0);
    const head = [
      'peer',
      ...counts.map((count) => `requests/s at ${count}`),
      `p99 at ${reference}, ms`,
      `server CPU a request at ${reference}`,
      'database CPU, µs',
      'peak MB',
      'errors',
    ];
    const rows = PEERS.filter(({ name }) => at?.has(name) && peers.some((peer) => peer === name));
    const cells = rows.map(({ name, title: peer }) => [
      peer,
      ...counts.map((count) => ratioAndRate(measured.get(count), name)),
      median(name, 'p99Ms'),
      `${withSpread(ratioOf(at, name, CONSTANT_PEER, 'serverCpuUs'))}; ${median(name, 'serverCpuUs')} µs`,
      median(name, 'databaseCpuUs'),
      number(peaks.get(name)),
      number(counts.reduce((sum, count) => sum + errorsOf(measured.get(count), name), 0)),
    ]);
    return [`${title}:`, table(head, cells)];
  });
}

function ratioAndRate(measurements: Measurements | undefined, name: string): string {
  const rate = spreadOf(valuesOf(measurements, name, 'requestsPerSecond'))?.median;
  const ratio = ratioOf(measurements, name, CONSTANT_PEER, 'requestsPerSecond');
  return `${withSpread(ratio)}; ${number(rate)}/s`;
}

export function floodTable({ flood }: Comparison): string {
  const rows = FLOOD.map((name, index) => [
    name,
    ratioAndRate(flood, name),
    withSpread(ratioOf(flood, name, FLOOD[0], 'requestsPerSecond')),
    // Where good and bad requests come together, the CPU time of one kind is not known.
    index === 1 ? '–' : withSpread(ratioOf(flood, name, CONSTANT_PEER, 'serverCpuUs')),
    index === 1 ? '–' : withSpread(ratioOf(flood, name, FLOOD[0], 'serverCpuUs')),
    number(errorsOf(flood, name)),
  ]);
  const head = [
    `ours, ${FLOOD_CONNECTIONS} connections; ${FLOOD_CONNECTIONS} more for the flood`,
    'requests/s',
    'to good tokens alone',
    'server CPU a request',
    'to good tokens alone',
    'errors',
  ];
  return table(head, rows);
}
