/** Where a connection string leads, as the driver understands it. */
import pg from 'pg';
import { addressesOf } from './addresses.js';

export interface Host {
  readonly host: string;
  readonly port: number;
}

/** Everything but the password, so that it may be shown. */
export interface Target {
  readonly hosts: readonly Host[];
  readonly database: string | undefined;
  readonly user: string | undefined;
  /** The driver then connects with TLS or not at all. */
  readonly usesTls: boolean;
  /** The connection leaves this machine for no network: a Unix socket, or loopback. */
  readonly isLocal: boolean;
}

/** The environment counts as well: the driver takes PGSSLMODE, PGHOST and others for what the URL leaves out. */
export function targetOf(url: string): Target {
  const clients = addressesOf(url).map((connectionString) => new pg.Client({ connectionString }));
  const [first] = clients;
  return {
    hosts: clients.map(({ host, port }) => ({ host, port })),
    database: first?.database,
    user: first?.user,
    usesTls: clients.every(({ ssl }) => Boolean(ssl)),
    isLocal: clients.every(({ host }) => isLocal(host)),
  };
}

export function placeOf({ hosts }: Target): string {
  return hosts
    .map(({ host, port }) => (isSocket(host) ? `the socket in ${host}` : `${host}:${port}`))
    .join(' or ');
}

export const isSocket = (host: string) => host.startsWith('/');

function isLocal(host: string): boolean {
  return isSocket(host) || host === 'localhost' || host === '::1' || host.startsWith('127.');
}
