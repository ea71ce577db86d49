/** Reads a DATABASE_URL that may name several hosts, as libpq spells it. */

/** Scheme and credentials, the hosts, and the rest: `postgresql://user:password@` `first:5432,second:5432` `/db?…`. */
const PARTS = /^(postgres(?:ql)?:\/\/(?:[^/?#]*@)?)([^/?#]*)(.*)$/;

/** One URL for each host, in the order in which they are to be tried. Throws for what is not such a URL. */
export function addressesOf(url: string): readonly string[] {
  const [, start = '', hosts = '', rest = ''] = PARTS.exec(url) ?? [];
  const addresses = hosts.split(',').map((host) => start + host + rest);
  // No host at all is a socket in the file system, which only the driver's own parser takes.
  if (addresses.every((address) => URL.canParse(address.replace('@/', '@socket/')))) {
    return addresses;
  }
  // Without the URL: it holds a password.
  throw new Error('The address of the database is not a URL.');
}
