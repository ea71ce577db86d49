import { closeSync, openSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
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
const TEST_TIMEOUT_MS = 60_000;
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
  afterAll(() => closeSync(full));

  test.each<[string, ServiceOptions, () => void]>([
    ['a full disk', { stdout: full }, () => {}],
    ['a pipe that is closed', {}, () => service.stopReading('close')],
    ['a pipe that nobody reads', {}, () => service.stopReading('leave open')],
  ])(
    '%s: requests are served, and SIGTERM ends the process in time',
    async (_output, options, begin) => {
      service = await startServiceProcess(
        { DATABASE_URL: postgres.url, LOG_LEVEL: 'info', SHUTDOWN_TIMEOUT_MS },
        options,
      );
      traffic = startTraffic(service.url, { pauseMs: 0 });
      await traffic.steady();
      begin();
      const before = traffic.exchanges.length;
      await until(
        'enough requests for what the output can hold',
        () => !service.isRunning() || traffic.exchanges.length >= before + REQUESTS,
        30_000,
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
