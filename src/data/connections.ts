/** Makes the connections to PostgreSQL: to which host, with which password, and until when one is trusted. */
import { readFile } from 'node:fs/promises';
import pg from 'pg';
import { addressesOf } from './addresses.js';

export interface ConnectionOptions {
  /** May name several hosts; the first that takes a connection is used until it fails. */
  readonly url: string;
  /** Holds the password, and is read for each new connection, so that it may change. */
  readonly passwordFile?: string | undefined;
}

export interface Connections {
  readonly pool: pg.Pool;
  readonly addressCount: number;
  /** Breaks the connections that nobody uses: what has happened to one in use has likely happened to them. */
  breakIdle(): void;
}

export function openConnections(
  { url, passwordFile }: ConnectionOptions,
  settings: pg.PoolConfig,
): Connections {
  const addresses = addressesOf(url);
  let turn = 0;

  /** Tries one address. When that fails, the next connection tries the next address. */
  class Client extends pg.Client {
    constructor(config?: pg.ClientConfig) {
      super({ ...config, connectionString: addresses[turn % addresses.length] });
      // A function in the configuration would lose against the URL, even where that has no password.
      if (passwordFile) Object.assign(this, { password: () => readPassword(passwordFile) });
    }

    // biome-ignore lint/suspicious/noExplicitAny: the pool calls it with a callback, and nobody else does.
    override connect(callback?: any): any {
      const attempt = turn;
      super.connect((error: Error | null) => {
        if (error && turn === attempt) turn += 1;
        callback(error);
      });
    }
  }

  const pool = new pg.Pool({ ...settings, Client });
  const idle = new Set<pg.ClientBase>();
  pool.on('release', (_error, client) => idle.add(client));
  pool.on('acquire', (client) => idle.delete(client));
  pool.on('remove', (client) => idle.delete(client));

  return {
    pool,
    addressCount: addresses.length,
    breakIdle() {
      for (const client of idle) {
        // The error reaches the pool at once, where a mere close would take another turn of the event loop.
        (client as pg.Client).connection.stream.destroy(new Error(DOUBTFUL));
      }
    },
  };
}

const DOUBTFUL = 'Another connection has failed.';

/** Files that hold secrets usually end with a line feed, which is no part of them. */
async function readPassword(file: string): Promise<string> {
  return (await readFile(file, 'utf8')).replace(/\r?\n$/, '');
}
