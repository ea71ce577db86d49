import { afterEach, describe } from '@jest/globals';
import type { PostgresServer } from '../support/live/postgres-server.js';
import { openTcpProxy, type TcpProxy, through } from '../support/live/tcp-proxy.js';
import { until } from '../support/live/until.js';
import { onConnection } from '../support/postgres.js';
import { fault } from './fault.js';

let replica: PostgresServer;
let proxies: TcpProxy[] = [];
afterEach(async () => {
  await replica.remove();
  for (const proxy of proxies.splice(0)) await proxy.close();
});

async function withReplica(postgres: PostgresServer, ...settings: string[]): Promise<void> {
  replica = await postgres.createReplica(...settings);
}

async function open(target: PostgresServer): Promise<TcpProxy> {
  const proxy = await openTcpProxy(target.port);
  proxies = [...proxies, proxy];
  return proxy;
}

async function promote(): Promise<void> {
  await replica.sql('SELECT pg_promote()');
}

const bothHosts = async (postgres: PostgresServer) => {
  await withReplica(postgres);
  return { DATABASE_URL: through(postgres.url, await open(postgres), await open(replica)) };
};

describe('a failover', () => {
  fault(
    'primary gone, replica promoted: DATABASE_URL with both hosts',
    async ({ postgres, untilServed, over }) => {
      await postgres.stop();
      await promote();
      over(replica);
      await untilServed();
      await postgres.start();
    },
    { settings: bothHosts, isHidden: true },
  );

  fault(
    'primary frozen: DATABASE_URL with both hosts',
    async ({ postgres, untilSeen, untilServed, over }) => {
      postgres.freeze();
      over(replica);
      await untilSeen();
      await promote();
      await untilServed();
      postgres.thaw();
    },
    { settings: bothHosts },
  );

  fault(
    'primary gone, replica promoted: an address that moves',
    async ({ postgres, untilSeen, over }) => {
      await postgres.stop();
      await untilSeen();
      await promote();
      for (const proxy of proxies) proxy.target = replica.port;
      over(replica);
      await postgres.start();
    },
    {
      settings: async (postgres) => {
        await withReplica(postgres);
        return { DATABASE_URL: through(postgres.url, await open(postgres)) };
      },
    },
  );
});

describe('a hot standby', () => {
  fault(
    'queries cancelled by a conflict with recovery, ten times',
    async ({ postgres, untilServed, over }) => {
      for (let round = 1; round <= 10; round += 1) {
        await cancelQueries(postgres);
        await untilServed();
        await until('the standby has counted it', async () => (await conflicts()) >= round);
      }
      over();
    },
    {
      server: () => replica,
      settings: async (postgres) => {
        await withReplica(postgres, 'max_standby_streaming_delay=0');
        return { DATABASE_URL: through(postgres.url, await open(replica)) };
      },
      isHidden: true,
    },
  );
});

/** The standby replays locks. One makes queries wait, and the other cancels them, since they hold what it wants. */
async function cancelQueries({ adminUrl, sql }: PostgresServer): Promise<void> {
  await onConnection(adminUrl, async (client) => {
    await client.query('BEGIN; LOCK TABLE authentik_flows_flow');
    // The lock travels to the standby with the next transaction that commits.
    await sql('SELECT pg_current_xact_id()');
    await until('a query waits', async () => {
      const [row] = await replica.sql<{ waiting: number }>(
        `SELECT count(*)::integer AS waiting FROM pg_stat_activity
         WHERE application_name = 'authentik-stages-password' AND wait_event_type = 'Lock'`,
      );
      return row?.waiting !== 0;
    });
    await sql('BEGIN; LOCK TABLE authentik_flows_stage; COMMIT');
    await client.query('COMMIT');
  });
}

async function conflicts(): Promise<number> {
  const [row] = await replica.sql<{ conflicts: number }>(
    'SELECT conflicts::integer FROM pg_stat_database WHERE datname = current_database()',
  );
  return row?.conflicts ?? 0;
}
