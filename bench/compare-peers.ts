/** The main part: our server beside its peers, at several numbers of connections. */
import { assertAgreement } from './agreement.js';
import { findConstantBody } from './constant-body.js';
import type { BenchServer } from './database/open-database.js';
import { BASE_SIZE } from './database/size.js';
import { type Bench, type Measurements, measure, measureInTurn, type Subject } from './measure.js';
import type { Options } from './options.js';
import type { Peer } from './peers/peers.js';
import { type Megabytes, megabytesOf } from './process-stats.js';
import { planRequests } from './requests.js';
import { type RunningPeer, startPeer } from './running-peer.js';

export interface Comparison {
  readonly peers: readonly Peer[];
  readonly byConnections: ReadonlyMap<number, Measurements>;
  /** When everything was measured. */
  readonly megabytes: ReadonlyMap<string, Megabytes | undefined>;
}

const DISTINCT_REQUESTS = 5000;
const WARM_UP_MS = 300;
// Until the compiler of the machine code has seen everything.
const FIRST_WARM_UP_MS = 3000;

export async function comparePeers(
  bench: Bench,
  server: BenchServer,
  { peers, connections, rounds, durationMs, isQuick }: Options,
  progress: (line: string) => void,
): Promise<Comparison> {
  const { url } = await server.databaseOf(BASE_SIZE);
  const running = new Map<Peer, RunningPeer>();
  try {
    const constantBody = await findConstantBody(url);
    for (const peer of peers) {
      const { module, nodeOptions } = peer;
      const settings = { module, nodeOptions, databaseUrl: url, constantBody };
      running.set(peer, await startPeer(settings));
    }
    const servers = [...running].map(([{ name, reads }, { port }]) => ({ name, reads, port }));
    await assertAgreement(servers, BASE_SIZE);
    progress('All peers give the same answers.');

    const requests = planRequests(BASE_SIZE, { distinct: DISTINCT_REQUESTS });
    const subjects: Subject[] = [...running].map(([{ name }, { port, pid }]) => ({
      name,
      port,
      pid,
      requests,
    }));
    const firstWarmUpMs = isQuick ? WARM_UP_MS : FIRST_WARM_UP_MS;
    for (const subject of subjects) {
      await measure(bench, subject, 32, { durationMs: firstWarmUpMs, warmUpMs: 0 });
    }
    const byConnections = new Map<number, Measurements>();
    for (const count of connections) {
      progress(`${rounds} rounds at ${count} connections …`);
      const pace = { rounds, durationMs, warmUpMs: WARM_UP_MS };
      byConnections.set(count, await measureInTurn(bench, subjects, count, pace));
    }
    const megabytes = new Map(subjects.map(({ name, pid }) => [name, megabytesOf(pid)]));
    return { peers, byConnections, megabytes };
  } finally {
    await Promise.all([...running.values()].map((peer) => peer.close()));
  }
}
