/** The part peers: our server beside what a user would pick instead, under two loads and a flood of bad tokens. */
import { peakMegabytes } from '../test/support/live/processes.js';
import { CONSTANT, startPeers } from './agreement.js';
import { BASE_SIZE } from './database.js';
import { type Bench, CONNECTIONS, type Measurements, measureInTurn, warmUp } from './measure.js';
import { CONSTANT_PEER, PEER_NAMES, PEERS, type PeerName } from './peers.js';
import { planRequests } from './requests.js';
import { errorsOf, medianOf, number, ratioOf, table, withSpread } from './tables.js';
import { peerTargetsTable } from './targets.js';

export const VARIED = planRequests(BASE_SIZE, { distinct: 5000 });
const BAD = planRequests(BASE_SIZE, { distinct: 20_000, unknownTokenEvery: 1 });

const VARIED_LOAD = {
  name: 'varied',
  title: '5,000 pairs of a caller and a stage',
  requests: VARIED,
  peers: PEER_NAMES,
};
const LOADS = [
  VARIED_LOAD,
  {
    name: 'one stage',
    title: 'One stage again and again, with the same token',
    requests: [CONSTANT],
    peers: PEER_NAMES.filter((name) => ['ours', CONSTANT_PEER, 'express-pg'].includes(name)),
  },
];

const ALONE = 'good tokens';
const DURING = 'good tokens, during a flood';
const ONLY_BAD = 'bad tokens only';

// Not measured by the bench: authentik takes Python, Redis and a worker.
const AUTHENTIK =
  'authentik 2024.6 itself, measured on 2026-11-24 on a machine of this class with 2 cores: 25 requests/s a worker process, a median of 1.2 s at 32 connections.';

export async function comparePeers(bench: Bench) {
  const { connections, node } = bench.options;
  const { ours, running } = await startPeers(bench);
  try {
    const subjects = ({ requests, peers: names }: (typeof LOADS)[number]) =>
      [...running].filter(([name]) => names.includes(name)).map(([name, peer]) => ({ ...peer, name, requests }));
    await warmUp(bench, subjects(VARIED_LOAD));

    const loads = new Map<string, Map<number, Measurements>>();
    for (const load of LOADS) {
      const measured = new Map<number, Measurements>();
      loads.set(load.name, measured);
      for (const count of connections) {
        bench.progress(`${load.name}, ${count} connections …`);
        measured.set(count, await measureInTurn(bench, subjects(load), count));
      }
    }
    bench.progress('A flood of bad tokens …');
    const flooded = [
      ...subjects(VARIED_LOAD).filter(({ name }) => name === CONSTANT_PEER),
      { ...ours, name: ALONE, requests: VARIED },
      { ...ours, name: DURING, requests: VARIED, alongside: { requests: BAD, connections: CONNECTIONS } },
      { ...ours, name: ONLY_BAD, requests: BAD },
    ];
    const flood = await measureInTurn(bench, flooded, CONNECTIONS);
    return {
      texts: [
        ...LOADS.flatMap(({ name, title }) => [`${title}:`, loadTable(running, loads.get(name))]),
        AUTHENTIK,
        floodTable(flood),
      ],
      targets: peerTargetsTable(loads, peakMegabytes(ours.pid), node.version),
    };
  } finally {
    await Promise.all([...running.values()].map((peer) => peer.stop()));
  }
}

function loadTable(
  running: ReadonlyMap<PeerName, { readonly pid: number }>,
  measured: ReadonlyMap<number, Measurements> = new Map(),
): string {
  const at = measured.get(CONNECTIONS);
  const head = [
    'peer',
    ...[...measured.keys()].map((count) => `requests/s at ${count}`),
    ...[`p99 at ${CONNECTIONS}, ms`, `server CPU a request at ${CONNECTIONS}`],
    ...['database CPU, µs', 'peak MB', 'errors'],
  ];
  const rows = [...running]
    .filter(([name]) => at?.has(name))
    .map(([name, { pid }]) => [
      PEERS[name].title,
      ...[...measured.values()].map((each) => ratioAndRate(each, name)),
      number(medianOf(at, name, 'p99Ms'), 1),
      `${withSpread(ratioOf(at, name, CONSTANT_PEER, 'serverCpuUs'))}; ${number(medianOf(at, name, 'serverCpuUs'))} µs`,
      number(medianOf(at, name, 'databaseCpuUs')),
      number(peakMegabytes(pid)),
      number([...measured.values()].reduce((sum, each) => sum + errorsOf(each, name), 0)),
    ]);
  return table(head, rows);
}

function ratioAndRate(measurements: Measurements, name: string): string {
  const ratio = ratioOf(measurements, name, CONSTANT_PEER, 'requestsPerSecond');
  return `${withSpread(ratio)}; ${number(medianOf(measurements, name, 'requestsPerSecond'))}/s`;
}

/** Where good and bad requests come together, the CPU time of one kind is not known. */
function floodTable(flood: Measurements): string {
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
  const what = `ours, ${CONNECTIONS} connections; ${CONNECTIONS} more for the flood`;
  const toGood = 'to good tokens';
  return table([what, 'requests/s', toGood, 'server CPU a request', toGood, 'errors'], rows);
}
