/** A PostgreSQL of our own, with one seeded database for each size. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../src/package-root.js';
import { createPostgres, type PostgresServer } from '../test/support/live/postgres-server.js';
import { onConnection } from '../test/support/postgres.js';

/** How large a seeded database is. */
export interface Size {
  readonly stages: number;
  readonly flows_per_stage: number;
  /** Each user has one API token. */
  readonly users: number;
  /** Groups on the way from a user's own group to the one that decides, both counted. */
  readonly group_depth: number;
  readonly oauth_tokens: number;
  /** Whether OAuth access tokens have an index, as in authentik since 2024.8. */
  readonly oauth_index: boolean;
}

/** What a middling installation may hold. */
export const BASE_SIZE: Size = {
  stages: 1000,
  flows_per_stage: 1,
  users: 1000,
  group_depth: 1,
  oauth_tokens: 100,
  oauth_index: false,
};

export interface Database {
  /** Connects as the role that may only read. */
  readonly url: string;
  readonly adminUrl: string;
}

export interface BenchPostgres {
  readonly server: PostgresServer;
  readonly version: string;
  /** Creates the database on first use. */
  databaseOf(size: Size): Promise<Database>;
}

const FILES = ['prisma/demo/tables.sql', 'bench/seed.sql', 'prisma/reader-role/2023.10.sql'];

export async function openBenchPostgres(): Promise<BenchPostgres> {
  const server = await createPostgres();
  const databases = new Map<string, Promise<Database>>();
  const [about] = await server.sql<{ version: string }>(
    "SELECT current_setting('server_version') AS version",
  );

  async function create(name: string, { oauth_index, ...sizes }: Size): Promise<Database> {
    const [url = '', adminUrl = ''] = [server.url, server.adminUrl].map((address) => {
      const target = new URL(address);
      target.pathname = name;
      return target.href;
    });
    const settings = Object.entries(sizes).map(([key, value]) => `SET bench.${key} = ${value};`);
    const texts = FILES.map((file) => readFileSync(join(packageRoot, file), 'utf8'));
    await server.sql(`CREATE DATABASE ${name}`);
    await onConnection(adminUrl, async (client) => {
      await client.query(['BEGIN;', ...settings, ...texts, 'COMMIT;'].join('\n'));
      if (oauth_index) {
        await client.query(
          'CREATE INDEX ON authentik_providers_oauth2_accesstoken USING hash (token)',
        );
      }
      // Statistics and the visibility map as in a database that has lived for a while.
      await client.query('VACUUM (ANALYZE)');
      await client.query('CHECKPOINT');
    });
    return { url, adminUrl };
  }

  return {
    server,
    version: about?.version ?? '',
    databaseOf(size) {
      const name = `bench_${Object.values(size).join('_')}`;
      const database = databases.get(name) ?? create(name, size);
      databases.set(name, database);
      return database;
    },
  };
}
