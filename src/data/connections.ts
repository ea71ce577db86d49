/** Makes the connections to PostgreSQL: to which host, with which password and settings, and until when one is trusted. */
import { readFile } from 'node:fs/promises';
import pg from 'pg';
import type { Config } from '../config.js';
import { addressesOf } from './connection-url.js';

type Settings = Config['database'];

export interface ConnectionOptions extends Pick<Settings, 'poolSize' | 'connectTimeoutMs' | 'queryTimeoutMs'> {
  /** May name several hosts; the first that takes a connection is used until it fails. */
  readonly url: string;
  readonly passwordFile?: Settings['passwordFile'];
  /** Called for connections that break while nobody uses them. */
  onIdleError?(error: Error): void;
}

const APPLICATION_NAME = 'authentik-stages-password';
// The server's own timeout comes first and leaves the connection usable.
const CLIENT_GRACE_MS = 500;
const CHECK_MS = 100;
const IDLE = Number.POSITIVE_INFINITY;
// Shorter than PostgreSQL's deadlock_timeout: a migration of authentik must never be the one that gives way.
const LOCK_TIMEOUT_MS = 500;
const IDLE_CONNECTION_MS = 60_000;

/** Connects when first used: a database that is down makes queries fail, not this call. */
export function openConnections(options: ConnectionOptions) {
  const { url, passwordFile, queryTimeoutMs } = options;
  const addresses = addressesOf(url);
  const startupParameters = {
    statement_timeout: queryTimeoutMs,
    lock_timeout: LOCK_TIMEOUT_MS,
    // Nothing but PostgreSQL's own operators and functions, whoever may create others in a schema of the path. Reading
    // only is a seat belt: the guard is a role that cannot write. The role file's function refuses SERIALIZABLE. With a
    // million tokens PostgreSQL would compile each query, which takes far longer than running it.
    options:
      '-c search_path=pg_catalog -c default_transaction_read_only=on -c default_transaction_isolation=read\\ committed -c jit=off',
  };
  // Poolers refuse what they do not know; the role file gives the role the same settings.
  let sendsParameters = true;
  let turn = 0;

  /** Tries one address. When that fails, the next connection tries the next address. */
  class Client extends pg.Client {
    constructor(config?: pg.ClientConfig) {
      const parameters = sendsParameters ? startupParameters : {};
      super({ ...config, ...parameters, connectionString: addresses[turn % addresses.length] });
      // A function in the configuration would lose against the URL, even where that has no password.
      if (passwordFile) Object.assign(this, { password: () => readPassword(passwordFile) });
    }

    // biome-ignore lint/suspicious/noExplicitAny: the pool calls it with a callback, and nobody else does.
    override connect(callback?: any): any {
      const attempt = turn;
      super.connect((error: Error | null) => {
        if (error?.message.includes('unsupported startup parameter')) sendsParameters = false;
        else if (error && turn === attempt) turn += 1;
        // The driver leaves it open after a failed authentication, and the server would wait for the rest.
        if (error) this.connection.stream.destroy();
        callback(error);
      });
    }
  }

  const pool = new pg.Pool({
    Client,
    application_name: APPLICATION_NAME,
    max: options.poolSize,
    connectionTimeoutMillis: options.connectTimeoutMs,
    idleTimeoutMillis: IDLE_CONNECTION_MS,
    keepAlive: true,
  });
  // Each connection, and since when it is taken for a query.
  const takenAt = new Map<pg.ClientBase, number>();
  pool.on('acquire', (client) => takenAt.set(client, performance.now()));
  pool.on('release', (_error, client) => takenAt.set(client, IDLE));
  pool.on('remove', (client) => takenAt.delete(client));
  pool.on('error', (error) => options.onIdleError?.(error));

  /** The error reaches the pool at once, where a mere close would take another turn of the event loop. */
  function breakThose(isMeant: (since: number) => boolean, reason: string): void {
    for (const [client, since] of takenAt) {
      if (isMeant(since)) (client as Client).connection.stream.destroy(new Error(reason));
    }
  }

  // Not by the driver's `query_timeout`: with its timers V8 takes what queries return for long-lived, and lets it pile up.
  const check = setInterval(() => {
    const oldest = performance.now() - queryTimeoutMs - CLIENT_GRACE_MS;
    breakThose((since) => since < oldest, 'Query read timeout');
    if (pool.ended) clearInterval(check);
  }, CHECK_MS).unref();

  return {
    pool,
    addressCount: addresses.length,
    /** Breaks the connections that nobody uses: what has happened to one in use has likely happened to them. */
    breakIdle: () => breakThose((since) => since === IDLE, 'Another connection has failed.'),
  };
}

/** Files that hold secrets usually end with a line feed, which is no part of them. */
const readPassword = async (file: string) => (await readFile(file, 'utf8')).replace(/\r?\n$/, '');
