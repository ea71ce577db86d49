/** Provides PostgreSQL's programs in a place where the server's account can run them. */
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync } from 'node:fs';
import { chmod, cp, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Account } from './account.js';
import {
  findPlatformPackage,
  linkLibraries,
  NO_SERVER,
  type PlatformPackage,
} from './platform-package.js';
import { openPrivateFolder } from './private-folder.js';

/** The folder of `initdb` and `postgres`: the npm package's own, or a copy if that is closed. */
export async function providePrograms(account: Account | undefined): Promise<string> {
  const source = findPlatformPackage();
  linkLibraries(source.folder);
  const inPlace = join(source.folder, 'native', 'bin');
  if (!runFailure(inPlace, account)) return inPlace;

  const copied = join(await copyPrograms(source), 'native', 'bin');
  const failure = runFailure(copied, account);
  if (!failure) return copied;
  throw new Error(`${NO_SERVER} Its programs do not run: ${failure.message}`, { cause: failure });
}

/** Missing links, a closed folder above, another C library: trying is the one test for all. */
function runFailure(programs: string, account: Account | undefined): Error | undefined {
  try {
    const options = { ...account, cwd: '/', stdio: 'pipe' } as const;
    execFileSync(join(programs, 'initdb'), ['--version'], options);
    execFileSync(join(programs, 'postgres'), ['--version'], options);
    return undefined;
  } catch (error) {
    return error as Error;
  }
}

/** Returns a copy that every account can read, made once for each version of the package. */
async function copyPrograms({ folder, version }: PlatformPackage): Promise<string> {
  const place = openPrivateFolder();
  const copy = join(place, `postgres-${version}`);
  if (existsSync(copy)) return copy;
  const draft = await mkdtemp(join(place, 'postgres-new-'));
  try {
    const options = { recursive: true, verbatimSymlinks: true };
    await cp(join(folder, 'native'), join(draft, 'native'), options);
    linkLibraries(draft);
    openToAll(draft);
    await chmod(draft, 0o755);
    await rename(draft, copy);
  } catch (error) {
    // Another process may have been faster, with the same result.
    if (!existsSync(copy)) throw error;
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return copy;
}

function openToAll(folder: string): void {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isSymbolicLink()) continue;
    const isProgram = entry.isDirectory() || entry.parentPath.endsWith('bin');
    chmodSync(join(entry.parentPath, entry.name), isProgram ? 0o755 : 0o644);
  }
}
