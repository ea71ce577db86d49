import { randomBytes } from 'node:crypto';
import pg from 'pg';
import {
  baseTablesSql,
  type Release,
  readonlyRoleSql,
  seedSql,
  stepsFromBase,
  upgradeSteps,
} from './generations/generations.js';

export type Row = Record<string, unknown>;

export interface TestDatabase {
  /** Changes with `upgrade`. */
  readonly release: Release;
  /** Connects as superuser. */
  readonly adminUrl: string;
  /** Connects as authentik_stages_reader, which has the grants of the release the database was created with. */
  readonly url: string;
  /** Runs as superuser, with the tables' schema first in the search path. */
  sql<T = Row>(text: string, parameters?: unknown[]): Promise<T[]>;
  /** Changes the tables, their data and not the grants, as authentik's migrations do. */
  upgrade(to: Release): Promise<void>;
  /** Runs the operator's script of the current release. */
  grantReader(): Promise<void>;
  drop(): Promise<void>;
}

export interface DatabaseOptions {
  /** Where the tables go; `public` if left out. */
  readonly schema?: string;
  /** Whether to apply the embedded database's demo data. */
  readonly seed?: boolean;
  /** UTF8 if left out. */
  readonly encoding?: 'UTF8' | 'LATIN1';
  /** Whose order of letters is the database's: of ICU, such as `en-US`. If left out, the order is that of the bytes. */
  readonly icuLocale?: string;
}

/** Creates a database of its own in the server that all tests share. */
export async function createDatabase(
  release: Release,
  { schema = 'public', seed = false, encoding = 'UTF8', icuLocale }: DatabaseOptions = {},
): Promise<TestDatabase> {
  const name = `test_${randomBytes(8).toString('hex')}`;
  const locale = icuLocale ? `LOCALE_PROVIDER icu ICU_LOCALE '${icuLocale}'` : '';
  await onServer(`CREATE DATABASE ${name} ENCODING ${encoding} ${locale} TEMPLATE template0`);
  const adminUrl = urlTo(name, process.env.TEST_POSTGRES_URL);
  const url = urlTo(name, process.env.TEST_POSTGRES_READER_URL);
  const quotedSchema = pg.escapeIdentifier(schema);
  // PostgreSQL splits this setting at blanks, also within quotes.
  const options = `-c search_path=${quotedSchema.replaceAll(/[\\ ]/g, '\\$&')}`;
  const pool = new pg.Pool({ connectionString: adminUrl, options, max: 4 });
  // A test may kill the server's processes: the next query tells.
  pool.on('error', () => {});
  let current = release;

  const database: TestDatabase = {
    get release() {
      return current;
    },
    adminUrl,
    url,
    sql: async (text, parameters) => (await pool.query(text, parameters)).rows,
    async upgrade(to) {
      for (const step of upgradeSteps(current, to)) await pool.query(step);
      current = to;
    },
    async grantReader() {
      await pool.query(readonlyRoleSql(current));
    },
    async drop() {
      await pool.end();
      await onServer(`DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
  await pool.query(`CREATE SCHEMA IF NOT EXISTS ${quotedSchema}`);
  await pool.query(baseTablesSql());
  if (seed) await pool.query(seedSql());
  for (const step of stepsFromBase(release)) await pool.query(step);
  await database.grantReader();
  return database;
}

function urlTo(database: string, address = ''): string {
  const url = new URL(address);
  url.pathname = database;
  return url.href;
}

const onServer = (text: string) =>
  onConnection(process.env.TEST_POSTGRES_URL ?? '', (client) => client.query(text));

/** Runs on a connection of its own, which is closed afterwards. */
export async function onConnection<T>(
  url: string,
  run: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await run(client);
  } finally {
    await client.end();
  }
}
