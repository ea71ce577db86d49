/** Measures servers in turn, round after round, so that whatever else the machine does meets all of them. */

import { processorSeconds } from '../test/support/live/processes.js';
import type { PlannedRequest } from '../test/support/load/generate.js';
import { type Load, openLoad } from '../test/support/load/open-load.js';
import type { BenchPostgres } from './database.js';
import type { Options } from './options.js';

export interface Subject {
  readonly name: string;
  readonly port: number;
  readonly pid: number;
  readonly requests: readonly PlannedRequest[];
  /** Comes at the same time, and is not counted. */
  readonly alongside?: {
    readonly requests: readonly PlannedRequest[];
    readonly connections: number;
  };
}

export interface Measurement {
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly errors: number;
  /** Microseconds for each request; NaN where the system does not tell. */
  readonly serverCpuUs: number;
  readonly databaseCpuUs: number;
}

/** One measurement for each round, by the subject's name. */
export type Measurements = ReadonlyMap<string, readonly Measurement[]>;

export interface Bench {
  readonly options: Options;
  readonly postgres: BenchPostgres;
  readonly load: Load;
  /** For what comes alongside. */
  readonly sideLoad: Load;
}

export function openBench(options: Options, postgres: BenchPostgres): Bench {
  return { options, postgres, load: openLoad(), sideLoad: openLoad() };
}

const WARM_UP_MS = 300;
// Until the compiler of the machine code has seen everything.
const FIRST_WARM_UP_MS = 3000;

export async function warmUp(bench: Bench, subjects: readonly Subject[]): Promise<void> {
  const durationMs = bench.options.isQuick ? WARM_UP_MS : FIRST_WARM_UP_MS;
  for (const subject of subjects) await measure(bench, subject, 32, durationMs, 0);
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
      const measurement = await measure(bench, subject, connections, durationMs, WARM_UP_MS);
      measurements.get(subject.name)?.push(measurement);
    }
  }
  return measurements;
}

export async function measure(
  { load, sideLoad, postgres }: Bench,
  { port, pid, requests, alongside }: Subject,
  connections: number,
  durationMs: number,
  warmUpMs: number,
): Promise<Measurement> {
  const cpu = () => [processorSeconds(pid), processorSeconds(postgres.server.pid)] as const;
  let before = cpu();
  let after = before;
  const aside =
    alongside &&
    sideLoad.run({ port, ...alongside, durationMs: warmUpMs + durationMs, warmUpMs: 0 });
  const { statuses, unexpected, broken } = await load.run(
    { port, requests, connections, durationMs, warmUpMs },
    {
      onCounting() {
        before = cpu();
      },
      onCounted() {
        after = cpu();
      },
    },
  );
  await aside;
  // All statuses together: a subject has one that is expected, nearly always.
  const results = Object.values(statuses);
  const count = results.reduce((sum, result) => sum + result.count, 0);
  const main = results.sort((a, b) => b.count - a.count)[0];
  return {
    requestsPerSecond: results.reduce((sum, result) => sum + result.perSecond, 0),
    p50Ms: main?.p50Ms ?? Number.NaN,
    p99Ms: main?.p99Ms ?? Number.NaN,
    errors: unexpected + broken,
    serverCpuUs: ((after[0] - before[0]) * 1e6) / count,
    databaseCpuUs: ((after[1] - before[1]) * 1e6) / count,
  };
}
