/** Addresses of the embedded database, and connections to it. */
import pg from 'pg';
import { type Role, readPassword } from './passwords.js';

const CONNECT_TIMEOUT_MS = 5_000;

export interface Target {
  readonly home: string;
  readonly port: number;
}

export function urlOf({ home, port }: Target, role: Role, database: string): string {
  // PGSSLMODE in the environment is meant for another server; this one is local and has no TLS.
  return `postgresql://${role}:${readPassword(home, role)}@127.0.0.1:${port}/${database}?sslmode=disable`;
}

/** pg's own types leave out the two methods that decide whether the process waits for the socket. */
export type Connection = pg.Client & { ref(): void; unref(): void };

/** A connection whose loss is no crash: `onLost` is called, and queries reject. */
export async function connect(url: string, onLost: () => void = () => {}): Promise<Connection> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    application_name: 'authentik-stages-password embedded',
  });
  client.on('error', onLost);
  await client.connect();
  return client as Connection;
}
