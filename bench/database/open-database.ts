/** A PostgreSQL server of our own, with one seeded database for each size. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { openDemoDatabase } from '../../src/demo/postgres.js';
import { packageRoot } from '../../src/package-root.js';
import { nameOf, type Size } from './size.js';

export interface BenchDatabase {
  /** Connects as the role that may only read. */
  readonly url: string;
  readonly adminUrl: string;
}

export interface BenchServer {
  readonly version: string;
  /** The process whose children answer queries. */
  readonly pid: number;
  /** Creates the database on first use. */
  databaseOf(size: Size): Promise<BenchDatabase>;
  /** Stops the server and removes its files. */
  close(): Promise<void>;
}

export async function openBenchServer(): Promise<BenchServer> {
  const server = await openDemoDatabase();
  const databases = new Map<string, Promise<BenchDatabase>>();
  const [about] = await run(server.adminUrl, ABOUT);
  return {
    version: about?.version,
    pid: about?.pid,
    databaseOf(size) {
      const name = nameOf(size);
      const database = databases.get(name) ?? create(server, name, size);
      databases.set(name, database);
      return database;
    },
    close: server.close,
  };
}

const ABOUT = `SELECT current_setting('server_version') AS version,
  split_part(pg_read_file('postmaster.pid'), chr(10), 1)::integer AS pid`;

async function create(server: BenchDatabase, name: string, size: Size): Promise<BenchDatabase> {
  const database = { url: at(server.url, name), adminUrl: at(server.adminUrl, name) };
  await run(server.adminUrl, `CREATE DATABASE ${name}`);
  const settings = Object.entries({
    stages: size.stages,
    flows_per_stage: size.flowsPerStage,
    users: size.users,
    group_depth: size.groupDepth,
    oauth_tokens: size.oauthTokens,
  }).map(([key, value]) => `SET bench.${key} = ${value};`);
  const files = ['prisma/demo/tables.sql', 'bench/database/seed.sql', ROLE_FILE];
  const texts = files.map((file) => readFileSync(join(packageRoot, file), 'utf8'));
  await run(database.adminUrl, ['BEGIN;', ...settings, ...texts, 'COMMIT;'].join('\n'));
  if (size.hasOauthIndex) {
    await run(
      database.adminUrl,
      'CREATE INDEX ON authentik_providers_oauth2_accesstoken USING hash (token)',
    );
  }
  // Statistics and the visibility map as in a database that has lived for a while.
  await run(database.adminUrl, 'VACUUM (ANALYZE)');
  await run(database.adminUrl, 'CHECKPOINT');
  return database;
}

const ROLE_FILE = 'prisma/reader-role/2023.10.sql';

function at(url: string, database: string): string {
  const address = new URL(url);
  address.pathname = database;
  return address.href;
}

async function run(url: string, sql: string): Promise<pg.QueryResultRow[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}
