/** Sends planned requests over keep-alive connections, and measures each response. */
import { setTimeout as pause } from 'node:timers/promises';
import { openConnection } from './connection.js';

export interface PlannedRequest {
  /** The complete request, as it goes over the wire. */
  readonly text: string;
  readonly expectedStatus: number;
}

export interface LoadPlan {
  readonly port: number;
  /** The connections start at evenly spaced places of this list and walk through it in circles. */
  readonly requests: readonly PlannedRequest[];
  readonly connections: number;
  /** Requests a second, as far as connections are free. Left out: each connection sends again at once. */
  readonly rate?: number;
  /** Counting starts after this time. */
  readonly warmUpMs: number;
  readonly durationMs: number;
}

export interface LoadResult {
  readonly sentPerSecond: number;
  readonly statuses: Readonly<Record<number, StatusResult>>;
  /** Responses with another status than expected. */
  readonly unexpected: number;
  /** Connections that broke. */
  readonly broken: number;
}

export interface StatusResult {
  readonly count: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

// A server that is stuck must not hold the whole measurement.
const PATIENCE_MS = 20_000;
// A server that is gone refuses connections faster than anybody wants to count.
const RETRY_MS = 20;

/** `onCounting` is called when the counting starts, `onCounted` when it ends. */
export async function generateLoad(
  plan: LoadPlan,
  onCounting: () => void,
  onCounted: () => void,
): Promise<LoadResult> {
  const requests = plan.requests.map(({ text, expectedStatus }) => ({
    bytes: Buffer.from(text, 'latin1'),
    expectedStatus,
  }));
  const latencies = new Map<number, number[]>();
  const counts = { sent: 0, unexpected: 0, broken: 0 };
  const waiting: (() => void)[] = [];
  let phase: 'warm-up' | 'counting' | 'over' = 'warm-up';

  async function useConnection(start: number, onFirst: () => void): Promise<void> {
    let next = start;
    let connection = openConnection(plan.port);
    for (;;) {
      if (plan.rate !== undefined) await new Promise<void>((go) => waiting.push(go));
      if (phase === 'over') break;
      // `next` stays below the length.
      const { bytes, expectedStatus } = requests[next] as (typeof requests)[number];
      next = (next + 1) % requests.length;
      if (!connection.isOpen) connection = openConnection(plan.port);
      if (phase === 'counting') counts.sent += 1;
      const sentAt = performance.now();
      try {
        const { status } = await connection.request(bytes);
        if (phase === 'counting') record(status, performance.now() - sentAt);
        if (status !== expectedStatus) counts.unexpected += 1;
      } catch {
        counts.broken += 1;
        await pause(RETRY_MS);
      }
      onFirst();
    }
    connection.close();
  }

  function record(status: number, ms: number): void {
    const list = latencies.get(status);
    if (list) list.push(ms);
    else latencies.set(status, [ms]);
  }

  const runs: Promise<void>[] = [];
  const firsts = Array.from({ length: plan.connections }, (_, index) => {
    const start = Math.floor((index * requests.length) / plan.connections);
    return new Promise<void>((resolve) => runs.push(useConnection(start, resolve)));
  });
  const pacing = plan.rate === undefined ? undefined : releaseAt(plan.rate, waiting);
  await pause(plan.warmUpMs);
  // A slow server may need longer until each connection counts.
  if (plan.rate === undefined) await withPatience(firsts);

  phase = 'counting';
  onCounting();
  const startedAt = performance.now();
  await pause(plan.durationMs);
  const seconds = (performance.now() - startedAt) / 1000;
  phase = 'over';
  onCounted();
  clearInterval(pacing);
  for (const go of waiting) go();
  // A server that still worked for us would slow the next one down.
  await withPatience(runs);
  return {
    sentPerSecond: counts.sent / seconds,
    statuses: Object.fromEntries(
      [...latencies].map(([status, list]) => [status, summarize(list, seconds)]),
    ),
    unexpected: counts.unexpected,
    broken: counts.broken,
  };
}

/** Lets that many connections a second send; where all of them wait for a response, the request is not sent. */
function releaseAt(rate: number, waiting: (() => void)[]): NodeJS.Timeout {
  const begin = performance.now();
  let released = 0;
  return setInterval(() => {
    const wanted = Math.floor(((performance.now() - begin) / 1000) * rate);
    for (; released < wanted; released += 1) waiting.shift()?.();
  }, 1);
}

async function withPatience(promises: readonly Promise<void>[]): Promise<void> {
  await Promise.race([Promise.all(promises), pause(PATIENCE_MS, undefined, { ref: false })]);
}

function summarize(latencies: readonly number[], seconds: number): StatusResult {
  const sorted = Float64Array.from(latencies).sort();
  const percentile = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  return {
    count: sorted.length,
    perSecond: sorted.length / seconds,
    p50Ms: percentile(0.5),
    p99Ms: percentile(0.99),
  };
}
