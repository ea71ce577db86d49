/** A PostgreSQL of our own, with one seeded database for each size. */
import { readFileSync } from 'node:fs';
import { createPostgres } from '../test/support/live/postgres-server.js';
import { onConnection } from '../test/support/postgres.js';

/** What a middling installation may hold; seed.sql knows the same names. */
export const BASE_SIZE = {
  stages: 1000,
  flows_per_stage: 1,
  // Each has one API token.
  users: 1000,
  // Groups on the way from a user's own group to the one that decides, both counted.
  group_depth: 1,
  oauth_tokens: 100,
  // 1: OAuth access tokens have an index, as in authentik since 2024.8.
  oauth_index: 0,
};
export type Size = Readonly<typeof BASE_SIZE>;

export type BenchPostgres = Awaited<ReturnType<typeof openBenchPostgres>>;

const FILES = ['prisma/demo/tables.sql', 'bench/seed.sql', 'prisma/reader-role/2023.10.sql'];
const INDEX = 'CREATE INDEX ON authentik_providers_oauth2_accesstoken USING hash (token)';

export async function openBenchPostgres() {
  const server = await createPostgres();
  const databases = new Map<string, ReturnType<typeof create>>();

  /** `url` connects as the role that may only read. */
  async function create(name: string, size: Size) {
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
    /** Creates the database on first use. */
    databaseOf(size: Size) {
      const name = `bench_${Object.values(size).join('_')}`;
      const database = databases.get(name) ?? create(name, size);
      databases.set(name, database);
      return database;
    },
  };
}
