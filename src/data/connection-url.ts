/** Reads a DATABASE_URL: several hosts, as libpq spells them, and passwords as they come. */
import pg from 'pg';

/** Scheme, user, password, hosts, and the rest: a password goes as far as the last `@` before the hosts. */
const PARTS = /^(postgres(?:ql)?:\/\/)(?:([^:@/]*)(?::(.*))?@)?([^@/?#]*)((?:[/?#][^@]*)?)$/;

/** One URL for each host, in the order in which they are to be tried. Throws an Error whose message completes `DATABASE_URL …`. */
export function addressesOf(url: string): readonly string[] {
  const [, scheme, user, password, hosts = '', rest = ''] = PARTS.exec(url) ?? [];
  const credentials = user === undefined ? '' : `${user}${password === undefined ? '' : `:${escaped(password)}`}@`;
  const addresses = hosts.split(',').map((host) => `${scheme}${credentials}${host}${rest}`);
  // No host at all is a socket in the file system, which only the driver's own parser takes.
  if (!scheme || !addresses.every((address) => URL.canParse(address.replace('@/', '@socket/')))) {
    // Without the URL: it holds a password.
    throw new Error('must be a URL such as postgresql://user:password@host:5432/authentik');
  }
  // The driver would silently do something else than libpq. Of a parameter given twice, both take the last.
  const parameters = Object.fromEntries(new URLSearchParams(/\?(.*)$/.exec(rest)?.[1]));
  const { sslmode: mode = '', target_session_attrs: target = 'any' } = parameters;
  if (['prefer', 'allow'].includes(mode)) {
    throw new Error(
      `has sslmode=${mode}, which may or may not encrypt: use disable, or verify-full with sslrootcert=…`,
    );
  }
  if (target !== 'any') {
    throw new Error('has target_session_attrs, which is not supported: any server will do, so leave it out');
  }
  return addresses;
}

/** What a URL gives a meaning, where a password has none; `%41` stays an `A`. */
const escaped = (password: string) => password.replace(/[/?#@[\]\s]|%(?![0-9a-f]{2})/gi, encodeURIComponent);

export type Target = ReturnType<typeof targetOf>;

/**
 * Where a URL leads as the driver understands it, with PGHOST, PGSSLMODE and others of the environment for what the URL
 * leaves out. Everything but the password, so that it may be shown.
 */
export function targetOf(url: string) {
  const clients = addressesOf(url).map((connectionString) => new pg.Client({ connectionString }));
  const hosts = clients.map(({ host, port }) => ({ host, port }));
  return {
    hosts,
    place: hosts.map(({ host, port }) => (isSocket(host) ? `the socket in ${host}` : `${host}:${port}`)).join(' or '),
    database: clients[0]?.database,
    user: clients[0]?.user,
    /** The driver then connects with TLS or not at all. */
    usesTls: clients.every(({ ssl }) => Boolean(ssl)),
    /** No network is crossed: a Unix socket, or loopback. */
    isLocal: hosts.every(({ host }) => isSocket(host) || isLoopback(host)),
  };
}

export const isSocket = (host: string) => host.startsWith('/');

export const isLoopback = (host: string) => /^(?:localhost|::1|127(?:\.\d{1,3}){3})$/.test(host);
