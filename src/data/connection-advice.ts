/** Says why no connection to PostgreSQL comes about, and what to do. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { isSocket, type Target, targetOf } from './connection-url.js';
import type { DatabaseError } from './errors.js';

/** `isTransient`: the settings are right for all we know, and the database may come by itself. */
export async function adviseOnConnection(error: DatabaseError, url: string) {
  const target = targetOf(url);
  const fault = await explainSettings(error, target);
  if (fault) return { text: fault, isTransient: false };
  const text = error.sqlState
    ? `PostgreSQL at ${target.place} responds with an error: ${error.message} (${error.sqlState}).`
    : `PostgreSQL at ${target.place} cannot be reached: ${error.message}. Check host and port in DATABASE_URL, that the server runs, and that no firewall is in between.`;
  return { text, isTransient: true };
}

/** Undefined for failures that other settings would not have avoided. */
async function explainSettings({ message, sqlState, fault }: DatabaseError, target: Target) {
  const { place, hosts, database, user } = target;
  if (fault === 'tls') {
    return `No TLS connection to PostgreSQL at ${place}: ${message}. Correct sslmode in DATABASE_URL (disable, or verify-full with sslrootcert=…), or turn on TLS in PostgreSQL.`;
  }
  if (message.includes('client password must be a string')) {
    return `PostgreSQL at ${place} asks for the password of the role "${user}", and none is set. Put it into DATABASE_URL, or into a file that DATABASE_PASSWORD_FILE names.`;
  }
  if (/ENOENT|EACCES/.test(message) && !isSocket(hosts[0]?.host ?? '')) {
    return `The password cannot be read: ${message}. Correct DATABASE_PASSWORD_FILE.`;
  }
  // PgBouncer says so in these words.
  switch (message.startsWith('no such database') ? '3D000' : sqlState) {
    case '3D000':
      return `PostgreSQL at ${place} has no database "${database}". Correct the database name in DATABASE_URL.`;
    case '28P01':
      return `PostgreSQL at ${place} does not accept this password of the role "${user}", or has no such role. Correct DATABASE_URL, or the file that DATABASE_PASSWORD_FILE names.`;
    case '28000':
      return `PostgreSQL at ${place} does not let the role "${user}" in: ${message}. Correct DATABASE_URL, or allow the role in pg_hba.conf.`;
    case '42501':
      return `The role "${user}" may not connect to the database "${database}": ${message}. As its owner, run GRANT CONNECT ON DATABASE.`;
    case undefined:
      if (!(await isSomethingElse(target))) return undefined;
      return `What listens at ${place} is not PostgreSQL. Check host and port in DATABASE_URL.`;
    default:
      return undefined;
  }
}

const PROBE_TIMEOUT_MS = 1000;
// https://www.postgresql.org/docs/current/protocol-message-formats.html, SSLRequest
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);

/** True only if every host responds, and not as PostgreSQL does; silence and refusal count as its no. */
async function isSomethingElse({ hosts }: Target): Promise<boolean> {
  const probes = hosts.map(async ({ host, port }) => {
    if (isSocket(host)) return false;
    const socket = connect({ host, port }, () => socket.write(SSL_REQUEST));
    const signal = AbortSignal.timeout(PROBE_TIMEOUT_MS);
    const [data] = await once(socket, 'data', { signal }).catch(() => ['N']);
    socket.destroy();
    // One letter for yes or no. A server that cannot even fork sends an error message instead.
    return !/^(?:[SN]$|E\0)/.test(String(data));
  });
  return (await Promise.all(probes)).every((isOther) => isOther);
}
