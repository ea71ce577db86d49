/** Sums a CPU profile up: the time that each function, and each package, spent by itself. */

/** A .cpuprofile file, as V8 writes it. */
export interface CpuProfile {
  readonly nodes: readonly ProfileNode[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

interface ProfileNode {
  readonly id: number;
  readonly callFrame: {
    readonly functionName: string;
    readonly url: string;
    readonly lineNumber: number;
  };
}

export interface SelfTime {
  readonly name: string;
  /** Of the time that the process was not idle. */
  readonly share: number;
}

const IDLE = '(idle)';

/** The largest first. */
export function selfTimesBy(
  { nodes, samples, timeDeltas }: CpuProfile,
  nameOf: (frame: ProfileNode['callFrame']) => string,
): SelfTime[] {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const times = new Map<string, number>();
  let busy = 0;
  samples.forEach((id, index) => {
    const frame = frames.get(id);
    if (!frame || frame.functionName === IDLE) return;
    const time = timeDeltas[index] ?? 0;
    const name = nameOf(frame);
    busy += time;
    times.set(name, (times.get(name) ?? 0) + time);
  });
  return [...times]
    .map(([name, time]) => ({ name, share: time / busy }))
    .sort((a, b) => b.share - a.share);
}

export function functionOf({ functionName, url, lineNumber }: ProfileNode['callFrame']): string {
  const name = functionName || '(anonymous)';
  return url === '' ? name : `${name} ${shorten(url)}:${lineNumber + 1}`;
}

/** The npm package, the folder of our own sources, or the part of Node. */
export function packageOf({ functionName, url }: ProfileNode['callFrame']): string {
  if (url === '') return functionName.startsWith('(') ? functionName : 'V8 and C++';
  if (url.startsWith('node:')) return url.split('/').slice(0, 2).join('/');
  const path = shorten(url);
  const [first = '', second = ''] = path.split('/');
  return path.includes('/') && (first.startsWith('@') || first === 'src')
    ? `${first}/${second}`
    : first;
}

/** From the package's name on, or from our own folder of sources on. */
function shorten(url: string): string {
  const path = url.replace(/\?.*$/, '');
  return path.includes('/node_modules/')
    ? path.replace(/^.*\/node_modules\//, '')
    : path.replace(/^.*\/dist\//, '');
}
