/** What Linux tells about processes: CPU time, memory, and who started whom. Elsewhere nothing is known. */
import { readdirSync, readFileSync } from 'node:fs';

// USER_HZ, which is 100 on every architecture that Node runs on.
const TICK_MS = 10;

interface StatLine {
  readonly parent: number;
  readonly cpuMs: number;
  /** Of children that have ended. */
  readonly endedCpuMs: number;
}

function readStat(pid: number): StatLine | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The program's name may hold blanks and parentheses; the fields follow the last one.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const ticks = (first: number) => Number(fields[first]) + Number(fields[first + 1]);
    return {
      parent: Number(fields[1]),
      cpuMs: ticks(11) * TICK_MS,
      endedCpuMs: ticks(13) * TICK_MS,
    };
  } catch {
    return undefined;
  }
}

function parentOf(pid: number): number | undefined {
  return readStat(pid)?.parent;
}

export function childrenOf(pid: number): number[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .filter((candidate) => parentOf(candidate) === pid);
  } catch {
    return [];
  }
}

/** CPU time so far of a process and its children, alive or not, in milliseconds; undefined where it is not known. */
export function cpuMsOf(pid: number): number | undefined {
  const own = readStat(pid);
  if (!own) return undefined;
  const children = childrenOf(pid).map((child) => readStat(child)?.cpuMs ?? 0);
  return children.reduce((sum, cpuMs) => sum + cpuMs, own.cpuMs + own.endedCpuMs);
}

export interface Megabytes {
  readonly now: number;
  /** The most there ever were. */
  readonly peak: number;
}

/** Resident memory of the largest among a process and its children; undefined where it is not known. */
export function megabytesOf(pid: number): Megabytes | undefined {
  const [largest] = [pid, ...childrenOf(pid)]
    .map(readMegabytes)
    .filter((megabytes) => megabytes !== undefined)
    .sort((a, b) => b.peak - a.peak);
  return largest;
}

function readMegabytes(pid: number): Megabytes | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'latin1');
    const read = (name: string) =>
      Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) / 1024;
    return { now: read('VmRSS'), peak: read('VmHWM') };
  } catch {
    return undefined;
  }
}
