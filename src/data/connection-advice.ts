/** Says why no connection to PostgreSQL comes about, and what to do. */
import type { DatabaseError } from './errors.js';
import { placeOf, type Target, targetOf } from './target.js';
import { maySpeakPostgres } from './wire-probe.js';

export interface ConnectionAdvice {
  readonly text: string;
  /** The settings are right for all we know: the database may come by itself. */
  readonly isTransient: boolean;
}

export async function adviseOnConnection(
  error: DatabaseError,
  url: string,
): Promise<ConnectionAdvice> {
  const target = targetOf(url);
  const settingsFault = explainSettings(error, target);
  if (settingsFault) return { text: settingsFault, isTransient: false };
  const place = placeOf(target);
  if (error.sqlState === undefined && !(await maySpeakPostgres(target))) {
    return {
      text: `What answers at ${place} is not PostgreSQL. Check host and port in DATABASE_URL.`,
      isTransient: false,
    };
  }
  if (error.sqlState) {
    const text = `PostgreSQL at ${place} answers with an error: ${error.message} (${error.sqlState}).`;
    return { text, isTransient: true };
  }
  return {
    text: `PostgreSQL at ${place} cannot be reached: ${error.message}. Check host and port in DATABASE_URL, that the server runs, and that no firewall is in between.`,
    isTransient: true,
  };
}

/** Undefined for failures that other settings would not have avoided. */
function explainSettings(error: DatabaseError, target: Target): string | undefined {
  const { message, sqlState } = error;
  const { database, user } = target;
  const place = placeOf(target);
  if (error.isTlsFault) {
    return `No TLS connection to PostgreSQL at ${place}: ${message}. Correct sslmode in DATABASE_URL (disable, verify-full with sslrootcert=…), or turn on TLS in PostgreSQL.`;
  }
  if (message.includes('unsupported startup parameter')) {
    return `The pooler at ${place} refuses what we send when connecting: ${message}. Set DATABASE_STARTUP_PARAMETERS=false.`;
  }
  // PgBouncer's words for 3D000.
  const isUnknown = sqlState === '3D000' || message.startsWith('no such database');
  if (isUnknown) {
    return `PostgreSQL at ${place} has no database "${database}". Correct the database name in DATABASE_URL.`;
  }
  switch (sqlState) {
    case '28P01':
      return `PostgreSQL at ${place} does not accept this password of the role "${user}", or has no such role. Correct DATABASE_URL.`;
    case '28000':
      return `PostgreSQL at ${place} does not let the role "${user}" in: ${message}. Correct DATABASE_URL, or allow the role in pg_hba.conf.`;
    case '42501':
      return `The role "${user}" may not connect to the database "${database}": ${message}. As its owner, run GRANT CONNECT ON DATABASE.`;
    case '26000':
    case '42P05':
      return `Prepared statements get lost on the way to ${place}: ${message}. A pooler in between hands connections around. Set DATABASE_PREPARED_STATEMENTS=false.`;
    default:
      return undefined;
  }
}
