import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect } from '@jest/globals';
import { until } from '../support/live/until.js';
import { fault } from './fault.js';

describe('a database that goes and comes back', () => {
  fault(
    'absent at start',
    async ({ postgres, service, untilSeen, over }) => {
      await untilSeen();
      const isReady = async () => (await fetch(`${service.url}/readyz`)).status === 200;
      expect(await isReady()).toBe(false);
      await postgres.start();
      over();
      await until('the service is ready', isReady);
    },
    { isAbsentAtStart: true },
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
    async ({ postgres, untilAnswered, over }) => {
      for (let round = 0; round < 10; round += 1) {
        await postgres.killClients();
        await untilAnswered();
      }
      over();
    },
    { isHidden: true },
  );
});
