/** Where a connection string leads, as the driver understands it. */
import pg from 'pg';

/** Everything but the password, so that it may be shown. */
export interface Target {
  readonly host: string;
  readonly port: number;
  readonly database: string | undefined;
  readonly user: string | undefined;
  /** The driver then connects with TLS or not at all. */
  readonly usesTls: boolean;
  /** The connection leaves this machine for no network: a Unix socket, or loopback. */
  readonly isLocal: boolean;
}

/** The environment counts as well: the driver takes PGSSLMODE, PGHOST and others for what the URL leaves out. */
export function targetOf(url: string): Target {
  const { host, port, database, user, ssl } = new pg.Client({ connectionString: url });
  return { host, port, database, user, usesTls: Boolean(ssl), isLocal: isLocal(host) };
}

export function placeOf({ host, port }: Target): string {
  return isSocket(host) ? `the socket in ${host}` : `${host}:${port}`;
}

export const isSocket = (host: string) => host.startsWith('/');

function isLocal(host: string): boolean {
  return isSocket(host) || host === 'localhost' || host === '::1' || host.startsWith('127.');
}
