/** A PostgreSQL of our own, with one seeded database for each size. */
import { readFileSync } from 'node:fs';
import { createPostgres, type PostgresServer } from '../test/support/live/postgres-server.js';
import { onConnection } from '../test/support/postgres.js';

/** How large a seeded database is; seed.sql knows the same names. */
export interface Size {
  readonly stages: number;
  readonly flows_per_stage: number;
  /** Each user has one API token. */
  readonly users: number;
  /** Groups on the way from a user's own group to the one that decides, both counted. */
  readonly group_depth: number;
  readonly oauth_tokens: number;
  /** 1: OAuth access tokens have an index, as in authentik since 2024.8. */
  readonly oauth_index: 0 | 1;
}

/** What a middling installation may hold. */
export const BASE_SIZE: Size = {
  ...{ stages: 1000, flows_per_stage: 1, users: 1000 },
  ...{ group_depth: 1, oauth_tokens: 100, oauth_index: 0 },
};

/** `url` connects as the role that may only read. */
export type Database = Pick<PostgresServer, 'url' | 'adminUrl'>;

export interface BenchPostgres {
  readonly server: PostgresServer;
  /** Creates the database on first use. */
  databaseOf(size: Size): Promise<Database>;
}

const FILES = ['prisma/demo/tables.sql', 'bench/seed.sql', 'prisma/reader-role/2023.10.sql'];
const INDEX = 'CREATE INDEX ON authentik_providers_oauth2_accesstoken USING hash (token)';

export async function openBenchPostgres(): Promise<BenchPostgres> {
  const server = await createPostgres();
  const databases = new Map<string, Promise<Database>>();

  async function create(name: string, size: Size): Promise<Database> {
    const moved = (address: string) => Object.assign(new URL(address), { pathname: name }).href;
    const database = { url: moved(server.url), adminUrl: moved(server.adminUrl) };
    const settings = Object.entries(size).map(([key, value]) => `SET bench.${key} = ${value};`);
    const texts = FILES.map((file) => readFileSync(file, 'utf8'));
    await server.sql(`CREATE DATABASE ${name}`);
    await onConnection(database.adminUrl, async (client) => {
      await client.query(['BEGIN;', ...settings, ...texts, 'COMMIT;'].join('\n'));
      if (size.oauth_index) await client.query(INDEX);
      // Statistics and the visibility map as in a database that has lived for a while.
      await client.query('VACUUM (ANALYZE)');
      await client.query('CHECKPOINT');
    });
    return database;
  }

  return {
    server,
    databaseOf(size) {
      const name = `bench_${Object.values(size).join('_')}`;
      const database = databases.get(name) ?? create(name, size);
      databases.set(name, database);
      return database;
    },
  };
}
