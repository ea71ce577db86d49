import { expect, test } from '@jest/globals';
import { findFreePort } from '../support/live/free-port.js';
import { type ServiceProcess, startServiceProcess } from '../support/live/service-process.js';
import { startTraffic } from '../support/live/traffic.js';
import { until } from '../support/live/until.js';
import { createDatabase } from '../support/postgres.js';
import { startBalancer, startNginx } from './support/proxies.js';
import { LIST } from './support/requests.js';
import { startStandIn } from './support/stand-in.js';

test.each([
  {
    circumstance: 'behind nginx, without help from authentik',
    startProxy: startNginx,
    settings: {},
    times: 20,
  },
  {
    circumstance: 'behind a balancer that goes by /readyz alone, given SHUTDOWN_DELAY_MS',
    startProxy: startBalancer,
    settings: { SHUTDOWN_DELAY_MS: 2000 },
    times: 6,
  },
])('two instances, replaced in turn $times times under load, lose no request $circumstance', async ({
  startProxy,
  settings,
  times,
}) => {
  const db = await createDatabase('2024.6', { seed: true });
  const start = async (port: number): Promise<ServiceProcess> => {
    const instance = await startServiceProcess({ DATABASE_URL: db.url, PORT: port, ...settings });
    await until('the instance is ready', async () => (await fetch(`${instance.url}/readyz`)).ok);
    return instance;
  };
  const instances = [await start(await findFreePort()), await start(await findFreePort())];
  const stages = instances.map(({ url }) => new URL(url).host) as [string, string];
  const authentik = await startStandIn('authentik');
  const proxy = await startProxy({ stages, authentik: authentik.address });
  authentik.requests.length = 0;
  const traffic = startTraffic(proxy.url, { clients: 16, pauseMs: 0 });
  try {
    await traffic.steady();
    for (let count = 0; count < times; count += 1) {
      const old = instances.shift() as ServiceProcess;
      old.signal('SIGTERM');
      expect(await old.exited).toBe(0);
      const successor = await start(Number(new URL(old.url).port));
      instances.push(successor);
      // Its log has every request.
      const route = `"route":"${LIST}`;
      await until('the proxy uses the successor', () => successor.output().includes(route));
    }
    await traffic.steady();
  } finally {
    await traffic.stop();
    await Promise.all([proxy, ...instances].map((running) => running.stop()));
    await authentik.close();
    await db.drop();
  }
  const { exchanges } = traffic;
  process.stdout.write(`${times} replacements, ${exchanges.length} requests\n`);
  expect(exchanges.filter(({ status }) => status !== 200)).toEqual([]);
  expect(exchanges.flatMap(({ problems }) => problems)).toEqual([]);
  expect(authentik.requests).toEqual([]);
});
