import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createPostgres, type PostgresServer } from '../support/live/postgres-server.js';
import {
  type ServiceProcess,
  type ServiceSettings,
  startServiceProcess,
} from '../support/live/service-process.js';
import { type Exchange, startTraffic, type Traffic } from '../support/live/traffic.js';
import { until } from '../support/live/until.js';
import { findLeaks, measureUsage, summarize, type Usage } from './observation.js';
import { addToReport } from './report.js';

const SHUTDOWN_TIMEOUT_MS = 5000;
const TEST_TIMEOUT_MS = 60_000;
const GRACE_MS = 3000;
const BETWEEN_SIGNALS_MS = 300;

let postgres: PostgresServer;
let service: ServiceProcess;
let traffic: Traffic;
let before: Usage;

beforeEach(async () => {
  postgres = await createPostgres();
}, TEST_TIMEOUT_MS);

afterEach(async () => {
  await traffic.stop();
  await service.stop();
  await postgres.remove();
  expect(findLeaks(service, traffic.exchanges, postgres.passwords)).toEqual([]);
}, TEST_TIMEOUT_MS);

async function start(settings: ServiceSettings, clients = 8): Promise<void> {
  service = await startServiceProcess({
    ...{ DATABASE_URL: postgres.url, SHUTDOWN_TIMEOUT_MS },
    ...settings,
  });
  // Without a pause, so that there is always a request on its way.
  traffic = startTraffic(service.url, { clients, pauseMs: 0 });
  await traffic.steady();
  before = await measureUsage(service, postgres);
}

/** Resolves when the process has ended, with what clients saw from the signal on. */
async function shutDown(name: string, signal: NodeJS.Signals, times = 1) {
  const workers = service.workers();
  const begin = performance.now();
  service.signal(signal);
  for (let sent = 1; sent < times; sent += 1) {
    // Two signals of a kind that arrive together are one.
    await pause(BETWEEN_SIGNALS_MS);
    service.signal(signal);
  }
  const ended = await service.exited;
  const tookMs = performance.now() - begin;
  await traffic.stop();
  const exchanges = traffic.exchanges.filter((exchange) => !isRefusal(exchange, begin));
  const seen = { ...summarize(exchanges, begin, performance.now()), recoveryMs: 0 };
  const after = { connections: 0, megabytes: 0 };
  addToReport({ name, seen, before, after });
  return { ended, tookMs, workers, lost: seen.lost, seen };
}

/**
 * A new connection that comes after the signal is refused, or reset where the system accepted it and the program no
 * longer does: that is the end of the service, and no request lost.
 */
function isRefusal({ isFirst, startedAt, text }: Exchange, since: number): boolean {
  return isFirst && startedAt >= since && ['ECONNREFUSED', 'ECONNRESET'].includes(text);
}

const isGone = (pid: number) => {
  try {
    process.kill(pid, 0);
    return false;
  } catch {
    return true;
  }
};

describe('shutdown under load', () => {
  test.each([
    ['SIGTERM', 1],
    ['SIGTERM', 2],
    ['SIGHUP', 1],
    ['SIGHUP', 2],
  ] as const)(
    '%s to the whole program with %d worker(s): every request gets its response',
    async (signal, workers) => {
      await start({ WORKERS: workers });
      const { ended, tookMs, lost, seen } = await shutDown(
        `${signal} to the whole program, WORKERS=${workers}`,
        signal,
      );
      expect({ ended, lost, problems: seen.problems }).toEqual({
        ended: 0,
        lost: [],
        problems: [],
      });
      expect(seen.served).toBeGreaterThan(0);
      expect(seen.unavailable).toBe(0);
      expect(tookMs).toBeLessThan(SHUTDOWN_TIMEOUT_MS);
    },
    TEST_TIMEOUT_MS,
  );

  test.each([1, 2])(
    'a second SIGTERM to the whole program with %d worker(s) ends it at once',
    async (workers) => {
      await start({ WORKERS: workers, SHUTDOWN_DELAY_MS: 30_000 });
      const shutdown = await shutDown(`SIGTERM twice, WORKERS=${workers}`, 'SIGTERM', 2);
      expect(shutdown.tookMs).toBeLessThan(BETWEEN_SIGNALS_MS + GRACE_MS);
      await until('no worker is left', () => shutdown.workers.every(isGone));
    },
    TEST_TIMEOUT_MS,
  );

  test(
    'SIGTERM while the database is frozen ends in bounded time, with a response to each request',
    async () => {
      await start({ REQUEST_TIMEOUT_MS: 2000 });
      postgres.freeze();
      const { ended, tookMs, lost, seen } = await shutDown(
        'SIGTERM while the database is frozen',
        'SIGTERM',
      );
      postgres.thaw();
      expect({ ended, lost, problems: seen.problems }).toEqual({
        ended: 0,
        lost: [],
        problems: [],
      });
      expect(tookMs).toBeLessThan(SHUTDOWN_TIMEOUT_MS + GRACE_MS);
    },
    TEST_TIMEOUT_MS,
  );

  test(
    'SIGKILL of the program leaves no worker behind',
    async () => {
      await start({ WORKERS: 2 });
      const { ended, workers } = await shutDown('SIGKILL of the whole program', 'SIGKILL');
      expect(ended).toBe('SIGKILL');
      expect(workers).toHaveLength(2);
      await until('the workers end by themselves', () => workers.every(isGone));
    },
    TEST_TIMEOUT_MS,
  );
});

describe('a start that fails', () => {
  test.each([
    [
      'the port is taken',
      () => ({ PORT: new URL(service.url).port }),
      /Port \d+ of 127\.0\.0\.1 is taken/,
    ],
    [
      'the password is wrong',
      () => ({ DATABASE_URL: postgres.url.replace(/:[^:@]+@/, ':wrong-password@') }),
      /does not accept this password/,
    ],
  ])(
    'with two workers because %s stops as a whole, and says so',
    async (_cause, settings, message) => {
      await start({});
      const failing = startServiceProcess({
        ...{ DATABASE_URL: postgres.url, WORKERS: 2 },
        ...settings(),
      });
      await expect(failing).rejects.toThrow(message);
      await expect(failing).rejects.not.toThrow(/wrong-password/);
    },
    TEST_TIMEOUT_MS,
  );
});
