import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { findFreePort } from '../support/live/free-port.js';
import { createPostgres, type PostgresServer } from '../support/live/postgres-server.js';
import {
  type ServiceOptions,
  type ServiceProcess,
  startServiceProcess,
} from '../support/live/service-process.js';
import { startTraffic, type Traffic } from '../support/live/traffic.js';
import { until } from '../support/live/until.js';

const SHUTDOWN_TIMEOUT_MS = 5000;
const GRACE_MS = 1500;
const TEST_TIMEOUT_MS = 90_000;
// A pipe holds 64 KB; each request makes a line of some 300 bytes.
const REQUESTS = 2000;

let postgres: PostgresServer;
let service: ServiceProcess;
let traffic: Traffic;

beforeAll(async () => {
  postgres = await createPostgres();
}, TEST_TIMEOUT_MS);
afterAll(() => postgres.remove());

afterEach(async () => {
  // First, so that no client waits for a service that is stuck.
  service.signal('SIGKILL');
  await service.exited;
  await traffic.stop();
});

describe('standard output that takes nothing', () => {
  const full = openSync('/dev/full', 'w');
  // What a shell connects programs with; Node's own pipes to children are sockets.
  const folder = mkdtempSync(join(tmpdir(), 'authentik-stages-output-'));
  execFileSync('mkfifo', [join(folder, 'fifo')]);
  const fifo = openSync(join(folder, 'fifo'), 'r+');
  afterAll(() => {
    closeSync(full);
    closeSync(fifo);
    rmSync(folder, { recursive: true });
  });

  test.each<[string, number, ServiceOptions, () => void]>([
    ['a full disk', 1, { stdout: full }, () => {}],
    ['a full disk', 2, { stdout: full }, () => {}],
    ['a pipe that is closed', 1, {}, () => service.stopReading('close')],
    ['a pipe that is closed', 2, {}, () => service.stopReading('close')],
    ['a FIFO that nobody reads', 1, { stdout: fifo }, () => {}],
    ['a pipe that nobody reads', 1, {}, () => service.stopReading('leave open')],
    ['a pipe that nobody reads', 2, {}, () => service.stopReading('leave open')],
  ])(
    '%s, %d worker(s): requests are served, lost lines counted, and SIGTERM ends the process in time',
    async (_output, WORKERS, options, begin) => {
      const METRICS_PORT = await findFreePort();
      service = await startServiceProcess(
        {
          ...{ DATABASE_URL: postgres.url, LOG_LEVEL: 'info', SHUTDOWN_TIMEOUT_MS },
          ...{ WORKERS, METRICS_PORT },
        },
        options,
      );
      traffic = startTraffic(service.url, { pauseMs: 0 });
      await traffic.steady();
      begin();
      const before = traffic.exchanges.length;
      const isLost = async () => {
        const metrics = await fetch(`http://127.0.0.1:${METRICS_PORT}/metrics`);
        return /^authentik_stages_log_lines_dropped [1-9]/m.test(await metrics.text());
      };
      await until(
        'lines are lost, and the output can hold no more',
        async () => {
          if (!service.isRunning()) return true;
          return traffic.exchanges.length >= before + REQUESTS && (await isLost());
        },
        60_000,
      );
      const during = traffic.exchanges.slice(before);
      expect(new Set(during.map(({ status }) => status))).toEqual(new Set([200]));
      service.signal('SIGTERM');
      const tooLate = pause(SHUTDOWN_TIMEOUT_MS + GRACE_MS, 'too late', { ref: false });
      expect(await Promise.race([service.exited, tooLate])).toBe(0);
    },
    TEST_TIMEOUT_MS,
  );
});
