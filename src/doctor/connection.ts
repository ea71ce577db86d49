/** Examines the way to PostgreSQL and the server at its end. */
import type { Database } from '../data/database.js';
import { placeOf, type Target } from '../data/target.js';
import { type Finding, ok, warning } from './finding.js';

interface Server {
  readonly version: string;
  readonly database: string;
  readonly role: string;
  readonly encoding: string;
  readonly isStandby: boolean;
}

const SERVER_QUERY = `
  SELECT current_setting('server_version') AS version, current_database()::text AS "database",
    current_user::text AS role, current_setting('server_encoding') AS encoding,
    pg_is_in_recovery() AS "isStandby"`;

export async function examineConnection(database: Database, target: Target): Promise<Finding[]> {
  const [server] = await database.query<Server>(SERVER_QUERY);
  return [
    ...describeServer(server as Server, target),
    describeTls(target),
    describeClock(await clockLeadMs(database)),
  ];
}

function describeServer(server: Server, target: Target): Finding[] {
  const { version, database, role, encoding, isStandby } = server;
  return [
    ok(`PostgreSQL ${version} at ${placeOf(target)}, database "${database}", role "${role}"`),
    encoding === 'UTF8'
      ? ok('The database is encoded in UTF8')
      : warning(
          `The database is encoded in ${encoding}: authentik uses UTF8, names may be garbled`,
        ),
    ok(
      isStandby
        ? 'A hot standby: what authentik changes is seen as soon as it is replicated'
        : 'A primary, not a hot standby',
    ),
  ];
}

function describeTls({ usesTls, isLocal }: Target): Finding {
  if (usesTls) return ok('Encrypted with TLS');
  if (isLocal) return ok('Not encrypted, and on this machine only');
  return warning(
    'Not encrypted: tokens travel over the network in clear text. Add sslmode=verify-full to DATABASE_URL.',
  );
}

const MAX_LEAD_MS = 1000;

/** How far the server's clock is ahead of ours; the connection must be open, so that only the question takes time. */
async function clockLeadMs(database: Database): Promise<number> {
  const asked = Date.now();
  const [row] = await database.query<{ now: number }>(
    'SELECT extract(epoch FROM clock_timestamp())::float8 * 1000 AS now',
  );
  return Math.round((row?.now ?? 0) - (asked + Date.now()) / 2);
}

export function describeClock(leadMs: number): Finding {
  const difference = `${Math.abs(leadMs)} ms ${leadMs < 0 ? 'behind' : 'ahead of'} ours`;
  if (Math.abs(leadMs) <= MAX_LEAD_MS) return ok(`The server's clock is ${difference}`);
  return warning(
    `The server's clock is ${difference}: tokens expire by the clock of this machine, as they do in authentik by that of its own. Keep all of them on one time (NTP).`,
  );
}
