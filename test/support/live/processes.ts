import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** The processes that a process has started, and that still run. */
export function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => parentOf(pid) === parent);
}

function parentOf(pid: number): number | undefined {
  // The name in parentheses may hold blanks; the state and the parent follow it.
  const [state, parent] = readProc(pid, 'stat').split(') ').at(-1)?.split(' ') ?? [];
  return state === 'Z' ? undefined : Number(parent);
}

/** What a process and its children hold in memory. */
export function residentMegabytes(pid: number): number {
  const [, kilobytes = 0] = /VmRSS:\s+(\d+)/.exec(readProc(pid, 'status')) ?? [];
  const others = childrenOf(pid).reduce((sum, child) => sum + residentMegabytes(child), 0);
  return Number(kilobytes) / 1024 + others;
}

/** The time on a processor, in seconds, that a process has used so far. */
export function processorSeconds(pid: number): number {
  const fields = readProc(pid, 'stat').split(') ').at(-1)?.split(' ') ?? [];
  const TICKS_PER_SECOND = 100;
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** Empty for a process that is gone. */
function readProc(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return '';
  }
}

/** The processes whose working directory is in the folder, as far as we may see them. */
export function processesIn(folder: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return readlinkSync(`/proc/${pid}/cwd`).startsWith(folder);
      } catch {
        return false;
      }
    });
}
