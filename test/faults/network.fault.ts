import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe } from '@jest/globals';
import { openTcpProxy, type TcpProxy, through } from '../support/live/tcp-proxy.js';
import { fault } from './fault.js';

describe('a network between the service and the database', () => {
  let proxy: TcpProxy;
  const settings = async ({ port, url }: { port: number; url: string }) => {
    proxy = await openTcpProxy(port);
    return { DATABASE_URL: through(url, proxy) };
  };
  afterEach(() => proxy.close());

  fault(
    'connections silently dropped',
    async ({ untilSeen, over }) => {
      proxy.forget();
      over();
      await untilSeen();
    },
    { settings },
  );

  fault(
    'network silent for 6 s',
    async ({ over }) => {
      proxy.isSilent = true;
      await pause(6000);
      proxy.isSilent = false;
      over();
    },
    { settings },
  );

  fault(
    'connections reset, ten times',
    async ({ untilServed, over }) => {
      for (let round = 0; round < 10; round += 1) {
        proxy.cut();
        await untilServed();
      }
      over();
    },
    { settings, isHidden: true },
  );
});
