/** Reads postmaster.pid, the file in which a server announces itself. */
import { existsSync, readFileSync, readlinkSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';

export interface Postmaster {
  readonly pid: number;
  readonly port: number;
  /** False while it starts or stops. */
  readonly isReady: boolean;
}

/** The live server of a cluster. A file left by a killed server counts as none. */
export function findPostmaster(cluster: string): Postmaster | undefined {
  const file = join(cluster, 'postmaster.pid');
  const lines = readLines(file);
  const pid = Number(lines?.[0]);
  if (!lines || !pid || !isAlive(pid)) return undefined;
  if (!worksIn(pid, cluster)) {
    // PostgreSQL would take the process that got the number since then for its rival.
    if (Number(readLines(file)?.[0]) === pid) rmSync(file, { force: true });
    return undefined;
  }
  return { pid, port: Number(lines[3]), isReady: lines[7]?.trim() === 'ready' };
}

function readLines(file: string): string[] | undefined {
  try {
    return readFileSync(file, 'utf8').split('\n');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** A server's working directory is its cluster. True where the system does not tell. */
function worksIn(pid: number, cluster: string): boolean {
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(cluster);
  } catch (error) {
    // A killed server that nobody has buried yet has a number, but no directory any more.
    const isDead = (error as NodeJS.ErrnoException).code === 'ENOENT' && existsSync('/proc/self');
    return !isDead;
  }
}
