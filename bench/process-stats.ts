/** What Linux tells about processes: CPU time, memory, and who started whom. Elsewhere nothing is known. */
import { readdirSync, readFileSync } from 'node:fs';

// USER_HZ, which is 100 on every architecture that Node runs on.
const TICK_MS = 10;

interface StatLine {
  readonly parent: number;
  readonly cpuMs: number;
}

function readStat(pid: number): StatLine | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The program's name may hold blanks and parentheses; the fields follow the last one.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return {
      parent: Number(fields[1]),
      cpuMs: (Number(fields[11]) + Number(fields[12])) * TICK_MS,
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

/** CPU time of a process and its children so far, in milliseconds; undefined where it is not known. */
export function cpuMsOf(pid: number): number | undefined {
  const own = readStat(pid);
  if (!own) return undefined;
  const children = childrenOf(pid).map((child) => readStat(child)?.cpuMs ?? 0);
  return children.reduce((sum, cpuMs) => sum + cpuMs, own.cpuMs);
}

/** The largest resident memory that the process, or the largest of its children, ever had. */
export function peakMegabytesOf(pid: number): number | undefined {
  const peaks = [pid, ...childrenOf(pid)].map(readPeak).filter((peak) => peak !== undefined);
  return peaks.length > 0 ? Math.max(...peaks) : undefined;
}

function readPeak(pid: number): number | undefined {
  try {
    const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(
      readFileSync(`/proc/${pid}/status`, 'latin1'),
    )?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) / 1024;
  } catch {
    return undefined;
  }
}
