import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  type ServiceProcess,
  type ServiceSettings,
  startServiceProcess,
} from '../support/live/service-process.js';
import { startTraffic } from '../support/live/traffic.js';
import { until } from '../support/live/until.js';
import { createDatabase, type TestDatabase } from '../support/postgres.js';
import { startBalancer } from './support/balancer.js';
import { findFreePort } from './support/free-port.js';
import { startNginx } from './support/proxies.js';
import { startStandIn } from './support/stand-in.js';

const CLIENTS = 16;
const TEST_MS = 300_000;

let db: TestDatabase;

beforeAll(async () => {
  db = await createDatabase('2024.6', { seed: true });
});

afterAll(() => db.drop());

describe('two instances, replaced in turn under load, lose no request', () => {
  test(
    'behind nginx, 20 times, without help from authentik',
    async () => {
      const instances = await startInstances();
      const authentik = await startStandIn('authentik');
      const [one, two] = instances.urls.map((url) => new URL(url).host) as [string, string];
      const nginx = await startNginx({ stages: [one, two], authentik: authentik.address });
      authentik.requests.length = 0;
      try {
        await replaceUnderLoad(nginx.url, instances, 20);
      } finally {
        await Promise.all([nginx.stop(), authentik.close(), instances.stop()]);
      }
      expect(authentik.requests).toEqual([]);
    },
    TEST_MS,
  );

  test(
    'behind a balancer that only asks /readyz, given SHUTDOWN_DELAY_MS',
    async () => {
      const instances = await startInstances({ SHUTDOWN_DELAY_MS: 2000 });
      const balancer = await startBalancer(instances.urls);
      try {
        const bothReady = () => balancer.readyCount() === 2;
        await replaceUnderLoad(balancer.url, instances, 6, bothReady);
      } finally {
        await Promise.all([balancer.close(), instances.stop()]);
      }
    },
    TEST_MS,
  );
});

interface Instances {
  readonly urls: readonly string[];
  /** Ends the instance whose turn it is, and resolves when its successor is ready. */
  replaceNext(): Promise<void>;
  stop(): Promise<unknown>;
}

async function startInstances(settings: ServiceSettings = {}): Promise<Instances> {
  const start = async (port: number): Promise<ServiceProcess> => {
    const instance = await startServiceProcess({ DATABASE_URL: db.url, PORT: port, ...settings });
    await until('the instance is ready', async () => (await fetch(`${instance.url}/readyz`)).ok);
    return instance;
  };
  const ports = [await findFreePort(), await findFreePort()];
  const running = await Promise.all(ports.map(start));
  return {
    urls: running.map(({ url }) => url),
    async replaceNext() {
      const [old, port] = [running.shift(), ports.shift()] as [ServiceProcess, number];
      old.signal('SIGTERM');
      expect(await old.exited).toBe(0);
      ports.push(port);
      running.push(await start(port));
    },
    stop: () => Promise.all(running.map((instance) => instance.stop())),
  };
}

/** Replaces no instance before the proxy leads requests to the last successor. */
async function replaceUnderLoad(
  url: string,
  instances: Instances,
  count: number,
  isComplete = () => true,
): Promise<void> {
  const traffic = startTraffic(url, { clients: CLIENTS, pauseMs: 0 });
  const { exchanges } = traffic;
  try {
    await traffic.steady();
    for (let done = 0; done < count; done += 1) {
      await until('the proxy knows both instances', isComplete);
      await instances.replaceNext();
    }
    await traffic.steady();
  } finally {
    await traffic.stop();
  }
  process.stdout.write(`${count} replacements, ${exchanges.length} requests\n`);
  expect(exchanges.filter(({ status }) => status !== 200)).toEqual([]);
  expect(exchanges.flatMap(({ problems }) => problems)).toEqual([]);
}
