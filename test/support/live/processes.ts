import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

// What Linux tells about processes. Elsewhere there are no children, and numbers are NaN.

/** The processes that a process has started, and that still run. */
export function childrenOf(parent: number): number[] {
  return startedBy(parent).filter((pid) => statOf(pid)[0] !== 'Z');
}

/** With those that have ended and that the parent has not heard of. */
function startedBy(parent: number): number[] {
  try {
    const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
    return pids.map(Number).filter((pid) => Number(statOf(pid)[1]) === parent);
  } catch {
    return [];
  }
}

/** What a process and its children hold in memory. */
export function residentMegabytes(pid: number): number {
  return childrenOf(pid).reduce(
    (sum, child) => sum + residentMegabytes(child),
    megabytesOf(pid, 'VmRSS'),
  );
}

/** The most that the largest among a process and its children ever held in memory. */
export function peakMegabytes(pid: number): number {
  return Math.max(...[pid, ...childrenOf(pid)].map((each) => megabytesOf(each, 'VmHWM')));
}

function megabytesOf(pid: number, field: 'VmRSS' | 'VmHWM'): number {
  const [, kilobytes] = new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(readProc(pid, 'status')) ?? [];
  return Number(kilobytes) / 1024;
}

// USER_HZ, which is 100 on every architecture that Node runs on.
const TICKS_PER_SECOND = 100;

/** The time on a processor, in seconds, that a process and its children, alive or not, have used so far. */
export function processorSeconds(pid: number): number {
  const own = statOf(pid);
  const ticks = startedBy(pid).reduce(
    (sum, child) => sum + ticksOf(statOf(child), 2),
    ticksOf(own, 4),
  );
  return ticks / TICKS_PER_SECOND;
}

/** User and system time of the process itself and, as fields three and four, of its children that have ended. */
function ticksOf(stat: readonly string[], fields: 2 | 4): number {
  if (stat.length === 0) return 0;
  return stat.slice(11, 11 + fields).reduce((sum, ticks) => sum + Number(ticks), 0);
}

/** From the process's state on; the name before it may hold spaces and parentheses. */
function statOf(pid: number): readonly string[] {
  const text = readProc(pid, 'stat');
  return text === '' ? [] : text.slice(text.lastIndexOf(') ') + 2).split(' ');
}

/** Empty for a process that is gone. */
function readProc(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'latin1');
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
