import { expect, test } from '@jest/globals';
import { createPostgres, type PostgresServer } from '../support/live/postgres-server.js';
import {
  type ServiceProcess,
  type ServiceSettings,
  startServiceProcess,
} from '../support/live/service-process.js';
import { type Exchange, startTraffic, type Traffic } from '../support/live/traffic.js';
import { until } from '../support/live/until.js';
import { findLeaks, measureUsage, type Seen, summarize } from './observation.js';
import { addToReport } from './report.js';

export interface Scene {
  readonly postgres: PostgresServer;
  readonly service: ServiceProcess;
  readonly traffic: Traffic;
  /** Resolves when a request has got a 503 since the fault began. */
  untilSeen(): Promise<void>;
  /** Resolves when requests that begin from now on have got a 200. */
  untilServed(): Promise<void>;
  /** The cause of the fault is gone: recovery counts from now. Names the server that responds, if it is another. */
  over(server?: PostgresServer): void;
}

export interface FaultOptions {
  /** Beside DATABASE_URL. */
  readonly settings?: (postgres: PostgresServer) => ServiceSettings | Promise<ServiceSettings>;
  /** Settings of PostgreSQL. */
  readonly postgres?: readonly string[];
  /** What the service finds when it starts, instead of a database that responds. */
  readonly atStart?: (postgres: PostgresServer) => void | Promise<void>;
  /** The server that responds at the beginning, if it is another. */
  readonly server?: () => PostgresServer;
  /** Whether no client may see anything of it. */
  readonly isHidden?: boolean;
  /** How many requests may stay without a response; 0 if left out. */
  readonly mayLose?: number;
  /** What else must never show. */
  readonly secrets?: readonly string[];
}

const REQUEST_TIMEOUT_MS = 5000;
const POOL_SIZE = 4;
// For timers and for a machine that others use too.
const GRACE_MS = 1500;
const MAX_GROWTH_MEGABYTES = 60;
const MAX_RECOVERY_MS = 8000;
const TEST_TIMEOUT_MS = 90_000;

/**
 * A test of one fault under load. Whatever the body does: every request gets a documented response within its
 * deadline, the process survives, connections and memory do not grow, service recovers, and no secret leaks.
 */
export function fault(
  name: string,
  body: (scene: Scene) => Promise<void>,
  options: FaultOptions = {},
): void {
  test(name, () => run(name, body, options), TEST_TIMEOUT_MS);
}

async function run(
  name: string,
  body: (scene: Scene) => Promise<void>,
  options: FaultOptions,
): Promise<void> {
  const postgres = await createPostgres(...(options.postgres ?? []));
  await options.atStart?.(postgres);
  const settings: ServiceSettings = {
    ...{ REQUEST_TIMEOUT_MS, DATABASE_POOL_SIZE: POOL_SIZE, DATABASE_URL: postgres.url },
    ...(await options.settings?.(postgres)),
  };
  const service = await startServiceProcess(settings);
  const traffic = startTraffic(service.url, { clients: CLIENTS });
  try {
    if (!options.atStart) await traffic.steady();
    let server = options.server?.() ?? postgres;
    const before = await measureUsage(service, options.atStart ? undefined : server);
    const begin = performance.now();
    let end = begin;
    await body({
      postgres,
      service,
      traffic,
      untilSeen: () => untilUnavailable(traffic, begin),
      untilServed: () => untilServed(traffic, performance.now()),
      over: (next) => {
        end = performance.now();
        if (next) server = next;
      },
    });
    await traffic.steady();
    await traffic.stop();
    const after = await measureUsage(service, server);
    const seen = summarize(traffic.exchanges, begin, end);
    addToReport({ name, seen, before, after });
    assertPromises(seen, options);
    expect(service.isRunning()).toBe(true);
    expect(after.connections).toBeLessThanOrEqual(POOL_SIZE * Number(settings.WORKERS ?? 1));
    expect(after.megabytes - before.megabytes).toBeLessThan(MAX_GROWTH_MEGABYTES);
  } finally {
    await traffic.stop();
    await service.stop();
    await postgres.remove();
  }
  const secrets = [...postgres.passwords, ...(options.secrets ?? [])];
  expect(findLeaks(service, traffic.exchanges, secrets)).toEqual([]);
}

function assertPromises(seen: Seen, { isHidden, mayLose = 0 }: FaultOptions): void {
  expect(seen.problems).toEqual([]);
  if (seen.lost.length > mayLose) expect(seen.lost).toEqual([]);
  expect(seen.slowestMs).toBeLessThan(REQUEST_TIMEOUT_MS + GRACE_MS);
  expect(seen.recoveryMs).toBeLessThan(MAX_RECOVERY_MS);
  if (isHidden) expect(seen.unavailable).toBe(0);
}

const CLIENTS = 8;

/** A request that was under way when the fault began may be the only one that it hits. */
function untilUnavailable(traffic: Traffic, since: number): Promise<void> {
  return until('a request gets a 503', () =>
    traffic.exchanges.some(({ endedAt, status }) => endedAt >= since && status === 503),
  );
}

/** As many requests as there are clients, all of them begun since then. */
function untilServed(traffic: Traffic, since: number): Promise<void> {
  const isGood = ({ startedAt, status }: Exchange) => startedAt >= since && status === 200;
  return until('requests get a 200', () => traffic.exchanges.filter(isGood).length >= CLIENTS);
}
