import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect } from '@jest/globals';
import type { ServiceProcess } from '../support/live/service-process.js';
import { until } from '../support/live/until.js';
import { fault } from './fault.js';

const readiness = async ({ url }: ServiceProcess) => (await fetch(`${url}/readyz`)).status;

describe('a database that goes and comes back', () => {
  fault(
    'absent at start',
    async ({ postgres, service, untilSeen, over }) => {
      await untilSeen();
      expect(await readiness(service)).toBe(503);
      await postgres.start();
      over();
      await until('the service is ready', async () => (await readiness(service)) === 200);
    },
    { atStart: (postgres) => postgres.stop() },
  );

  fault(
    'frozen at start',
    async ({ postgres, service, untilSeen, over }) => {
      await untilSeen();
      expect(await readiness(service)).toBe(503);
      postgres.thaw();
      over();
      await until('the service is ready', async () => (await readiness(service)) === 200);
    },
    { atStart: (postgres) => postgres.freeze() },
  );

  fault('stopped and started', async ({ postgres, untilSeen, over }) => {
    await postgres.stop();
    await untilSeen();
    await pause(2000);
    await postgres.start();
    over();
  });

  fault('frozen and thawed', async ({ postgres, untilSeen, over }) => {
    postgres.freeze();
    await untilSeen();
    await pause(4000);
    postgres.thaw();
    over();
  });

  fault(
    'all backends killed, ten times',
    async ({ postgres, untilServed, over }) => {
      for (let round = 0; round < 10; round += 1) {
        await postgres.killClients();
        await untilServed();
      }
      over();
    },
    { isHidden: true },
  );
});
