/** Starts servers, and measures them in turn, round after round, so that whatever else the machine does meets all of them. */
import { processorSeconds } from '../test/support/live/processes.js';
import { type ServiceSettings, startServiceProcess } from '../test/support/live/service-process.js';
import type { LoadPlan } from '../test/support/load/generate.js';
import type { Load } from '../test/support/load/open-load.js';
import { BASE_SIZE, type BenchPostgres } from './database.js';
import type { Options } from './options.js';
import type { PeerName } from './peers.js';

export interface Subject {
  readonly name: string;
  readonly port: number;
  readonly pid: number;
  readonly requests: LoadPlan['requests'];
  /** Comes at the same time, and is not counted. */
  readonly alongside?: Pick<LoadPlan, 'requests' | 'connections'>;
}

export type Measurement = Awaited<ReturnType<typeof measure>>;
export type Quantity = keyof Measurement;

/** One measurement for each round, by the subject's name. */
export type Measurements = ReadonlyMap<string, readonly Measurement[]>;

export interface Bench {
  readonly options: Options;
  readonly postgres: BenchPostgres;
  readonly load: Load;
  /** For what comes alongside. */
  readonly sideLoad: Load;
  progress(line: string): void;
}

export type RunningPeer = Awaited<ReturnType<typeof startPeer>>;

/** Ours connects as the role that may only read; the others read tokens themselves, as the owner of the tables. */
export async function startPeer(
  { options, postgres }: Bench,
  name: PeerName,
  size = BASE_SIZE,
  settings: ServiceSettings = {},
  nodeOptions: readonly string[] = [],
) {
  const { url, adminUrl } = await postgres.databaseOf(size);
  const [entry, DATABASE_URL] = name === 'ours' ? ['dist/src/main.js', url] : [`dist/bench/peers/${name}.js`, adminUrl];
  const peer = await startServiceProcess(
    { NODE_ENV: 'production', DATABASE_URL, ...settings },
    { entry, node: options.node.path, nodeOptions, stdout: 'ignore' },
  );
  return { ...peer, port: Number(new URL(peer.url).port) };
}

/** Unless a part is about their number. */
export const CONNECTIONS = 32;
const WARM_UP_MS = 300;
// Until the compiler of the machine code has seen everything.
const FIRST_WARM_UP_MS = 3000;

export async function warmUp(bench: Bench, subjects: readonly Subject[]): Promise<void> {
  const durationMs = bench.options.isQuick ? WARM_UP_MS : FIRST_WARM_UP_MS;
  for (const subject of subjects) await measure(bench, subject, CONNECTIONS, durationMs);
}

export async function measureInTurn(
  bench: Bench,
  subjects: readonly Subject[],
  connections: number,
): Promise<Measurements> {
  const measurements = new Map<string, Measurement[]>(subjects.map(({ name }) => [name, []]));
  for (let round = 0; round < bench.options.rounds; round += 1) {
    // Each starts a round once, so that no one always follows the same neighbour.
    const first = round % subjects.length;
    for (const subject of [...subjects.slice(first), ...subjects.slice(0, first)]) {
      const { durationMs } = bench.options;
      measurements.get(subject.name)?.push(await measure(bench, subject, connections, durationMs));
    }
  }
  return measurements;
}

export async function measure(
  { load, sideLoad, postgres }: Bench,
  { port, pid, requests, alongside }: Subject,
  connections: number,
  durationMs: number,
) {
  const cpuUs = { server: 0, database: 0 };
  const addCpu = (sign: 1 | -1) => () => {
    cpuUs.server += sign * processorSeconds(pid) * 1e6;
    cpuUs.database += sign * processorSeconds(postgres.server.pid) * 1e6;
  };
  const beside = alongside && sideLoad.run({ port, ...alongside, warmUpMs: 0, durationMs: WARM_UP_MS + durationMs });
  const plan = { port, requests, connections, durationMs, warmUpMs: WARM_UP_MS };
  const { statuses, unexpected, broken } = await load.run(plan, { onCounting: addCpu(-1), onCounted: addCpu(1) });
  await beside;
  // Nearly all responses have one status; latencies are of that one.
  const results = Object.values(statuses).sort((a, b) => b.count - a.count);
  const count = results.reduce((sum, result) => sum + result.count, 0);
  return {
    requestsPerSecond: results.reduce((sum, result) => sum + result.perSecond, 0),
    p50Ms: results[0]?.p50Ms ?? Number.NaN,
    p99Ms: results[0]?.p99Ms ?? Number.NaN,
    errors: unexpected + broken,
    // Microseconds for each request; NaN where the system does not tell.
    serverCpuUs: cpuUs.server / count,
    databaseCpuUs: cpuUs.database / count,
    cpuUs: (cpuUs.server + cpuUs.database) / count,
  };
}
