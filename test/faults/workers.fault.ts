import { describe, expect } from '@jest/globals';
import type { ServiceProcess } from '../support/live/service-process.js';
import { until } from '../support/live/until.js';
import { fault } from './fault.js';

const settings = () => ({ WORKERS: 2 });

/** Ends one worker, and waits until another has taken its place. */
async function replaceWorker(service: ServiceProcess, signal: NodeJS.Signals): Promise<void> {
  const [first] = service.workers();
  const replacements = () => service.output().split('the worker is replaced').length;
  const before = replacements();
  process.kill(first as number, signal);
  await until('the worker is gone', () => !service.workers().includes(first as number), 15_000);
  await until('another listens', () => replacements() > before, 15_000);
  expect(service.workers()).toHaveLength(2);
}

describe('one of two workers', () => {
  fault(
    'SIGTERM to a worker, five times',
    async ({ service, untilServed, over }) => {
      for (let round = 0; round < 5; round += 1) {
        await replaceWorker(service, 'SIGTERM');
        await untilServed();
      }
      over();
    },
    { settings, isHidden: true },
  );

  fault(
    'SIGKILL of a worker',
    async ({ service, untilServed, over }) => {
      await replaceWorker(service, 'SIGKILL');
      over();
      await untilServed();
    },
    // Each client has one request at a time.
    { settings, mayLose: 8 },
  );
});
