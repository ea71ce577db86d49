/** Creates the cluster of the embedded database, once, however many processes ask. */
import { execFile } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { mkdtemp, rename } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { createPasswords, hasPasswords, passwordFile, SUPERUSER } from './passwords.js';
import { serverEnvironment } from './server-environment.js';
import type { Site } from './site.js';

const ABANDONED_AFTER_MS = 10 * 60_000;

/** Appears complete or not at all: it is made beside its place and renamed. Returns whether we did it. */
export async function ensureCluster(site: Site): Promise<boolean> {
  if (hasPasswords(site.home)) return false;
  removeAbandonedDrafts(site.home);
  const draft = await mkdtemp(`${site.home}.new-`);
  try {
    await createIn(draft, site);
    await rename(draft, site.home);
    return true;
  } catch (error) {
    // The other process's cluster is as good as ours.
    if (hasPasswords(site.home)) return false;
    throw new Error(`No embedded database can be created in ${site.home}.`, { cause: error });
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

async function createIn(draft: string, { programs, account }: Site): Promise<void> {
  const cluster = join(draft, 'cluster');
  mkdirSync(cluster, { mode: 0o700 });
  createPasswords(draft, account);
  if (account) {
    // It may pass but not write: root trusts the names in here.
    chmodSync(draft, 0o711);
    chownSync(cluster, account.uid, account.gid);
  }
  const pwfile = passwordFile(draft, SUPERUSER);
  await promisify(execFile)(
    join(programs, 'initdb'),
    [
      ...['--pgdata', cluster, '--username', SUPERUSER, '--pwfile', pwfile],
      ...['--auth', 'scram-sha-256', '--encoding', 'UTF8', '--locale', 'C'],
      ...['--no-sync', '--no-instructions'],
    ],
    { ...account, cwd: cluster, env: serverEnvironment() },
  );
}

/** A process that was killed while it created the cluster could not clean up. */
function removeAbandonedDrafts(home: string): void {
  const parent = dirname(home);
  for (const name of readdirSync(parent)) {
    const path = join(parent, name);
    if (!name.startsWith(`${basename(home)}.new-`)) continue;
    const age = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (age > ABANDONED_AFTER_MS) rmSync(path, { recursive: true, force: true });
  }
}
