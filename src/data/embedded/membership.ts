/** Counts who uses the embedded server, so that the last one to leave stops it. */
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { connect, type Target, urlOf } from './connection.js';
import { SUPERUSER } from './passwords.js';
import { startOrAttach, stopPostmaster } from './postmaster.js';
import type { Site } from './site.js';

/** A shared advisory lock: PostgreSQL itself gives it back when a member is killed. */
const MEMBERS_LOCK = 5_432_001;
const JOIN_TIMEOUT_MS = 30_000;
const RETRY_MS = 20;

export interface Membership extends Target {
  /** Stops the server if nobody else uses it. */
  leave(): Promise<void>;
}

/** Starts the server if need be. It stays up at least until `leave`. */
export async function join(site: Site): Promise<Membership> {
  const deadline = Date.now() + JOIN_TIMEOUT_MS;
  for (;;) {
    const { port, pid } = await startOrAttach(site);
    try {
      return await joinAt(site, port, pid);
    } catch (error) {
      // It was stopped by its last member while we came in; a wrong password will not get better.
      const isRefused = error instanceof pg.DatabaseError && error.code?.startsWith('28');
      if (isRefused || Date.now() > deadline) throw error;
      await pause(RETRY_MS);
    }
  }
}

async function joinAt(site: Site, port: number, pid: number): Promise<Membership> {
  const target = { home: site.home, port };
  const url = urlOf(target, SUPERUSER, 'postgres');
  let isLost = false;
  const session = await connect(url, () => {
    isLost = true;
  });
  try {
    await session.query('SELECT pg_advisory_lock_shared($1)', [MEMBERS_LOCK]);
  } catch (error) {
    await session.end().catch(() => {});
    throw error;
  }
  // A process that has nothing left to do may end without leaving.
  session.unref();

  async function leave(): Promise<void> {
    // A crash of the server ends all sessions, and it may have come up again.
    const client = isLost ? await connect(url) : session;
    client.ref();
    if (client === session) {
      await client.query('SELECT pg_advisory_unlock_shared($1)', [MEMBERS_LOCK]);
    }
    const { rows } = await client.query('SELECT pg_try_advisory_lock($1) AS last', [MEMBERS_LOCK]);
    // Whoever comes in now waits for this lock, loses the connection and starts anew.
    if (rows[0].last) await stopPostmaster(site, pid);
    await client.end();
  }
  // What fails here has lost the server, and with it the reason to stop it.
  return { ...target, leave: () => leave().catch(() => {}) };
}
