/** Measures servers in turn, round after round, so that whatever else the machine does meets all of them. */
import type { PlannedRequest } from './load/generate-load.js';
import type { Load } from './load/open-load.js';
import { cpuMsOf } from './process-stats.js';

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

export interface Pace {
  readonly rounds: number;
  /** Measured time of each server in each round. */
  readonly durationMs: number;
  readonly warmUpMs: number;
}

export interface Measurement {
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly errors: number;
  /** Microseconds for each request; undefined where the system does not tell. */
  readonly serverCpuUs: number | undefined;
  readonly databaseCpuUs: number | undefined;
}

/** One measurement for each round, by the subject's name. */
export type Measurements = ReadonlyMap<string, readonly Measurement[]>;

export interface Bench {
  readonly load: Load;
  /** For what comes alongside. */
  readonly sideLoad: Load;
  /** The process whose children answer queries. */
  readonly databasePid: number;
}

export async function measureInTurn(
  bench: Bench,
  subjects: readonly Subject[],
  connections: number,
  pace: Pace,
): Promise<Measurements> {
  const measurements = new Map<string, Measurement[]>(subjects.map(({ name }) => [name, []]));
  for (let round = 0; round < pace.rounds; round += 1) {
    // Each starts a round once, so that no one always follows the same neighbour.
    const first = round % subjects.length;
    for (const subject of [...subjects.slice(first), ...subjects.slice(0, first)]) {
      const measurement = await measure(bench, subject, connections, pace);
      measurements.get(subject.name)?.push(measurement);
    }
  }
  return measurements;
}

export async function measure(
  { load, sideLoad, databasePid }: Bench,
  { port, pid, requests, alongside }: Subject,
  connections: number,
  { durationMs, warmUpMs }: Omit<Pace, 'rounds'>,
): Promise<Measurement> {
  const server = createStopwatch(pid);
  const database = createStopwatch(databasePid);
  const aside = alongside && { port, ...alongside, durationMs: warmUpMs + durationMs, warmUpMs: 0 };
  const asideDone = aside && sideLoad.run(aside);
  const { answers, seconds, p50Ms, p99Ms, errors } = await load.run(
    { port, requests, connections, durationMs, warmUpMs },
    {
      onCounting() {
        server.start();
        database.start();
      },
      onCounted() {
        server.stop();
        database.stop();
      },
    },
  );
  await asideDone;
  return {
    requestsPerSecond: answers / seconds,
    p50Ms,
    p99Ms,
    errors,
    serverCpuUs: server.microsecondsPer(answers),
    databaseCpuUs: database.microsecondsPer(answers),
  };
}

/** Takes the CPU time of a process and its children. */
function createStopwatch(pid: number) {
  let from: number | undefined;
  let to: number | undefined;
  return {
    start() {
      from = cpuMsOf(pid);
    },
    stop() {
      to = cpuMsOf(pid);
    },
    microsecondsPer(answers: number): number | undefined {
      if (from === undefined || to === undefined || answers === 0) return undefined;
      return ((to - from) * 1000) / answers;
    },
  };
}
