import { describe } from '@jest/globals';
import pg from 'pg';
import { onConnection } from '../support/postgres.js';
import { fault } from './fault.js';

describe('a database that has no time or no room', () => {
  fault('table locked for 5 s', async ({ postgres, untilSeen, over }) => {
    await onConnection(postgres.adminUrl, async (client) => {
      await client.query('BEGIN; LOCK TABLE authentik_flows_stage IN ACCESS EXCLUSIVE MODE');
      await client.query('SELECT pg_sleep(5)');
      await untilSeen();
      await client.query('ROLLBACK');
    });
    over();
  });

  fault(
    'too many connections',
    async ({ postgres, untilSeen, over }) => {
      const hogs: pg.Client[] = [];
      // Whoever is faster than the service gets the room of its connections.
      while ((await postgres.killClients()) > 0) await fill(postgres.url, hogs);
      await untilSeen();
      for (const hog of hogs) await hog.end();
      over();
    },
    { postgres: ['max_connections=12'] },
  );
});

async function fill(url: string, hogs: pg.Client[]): Promise<void> {
  for (;;) {
    const hog = new pg.Client({ connectionString: url });
    try {
      await hog.connect();
      hogs.push(hog);
    } catch {
      return;
    }
  }
}
