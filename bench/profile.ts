/** The part profile: where a peer spends its time under load. */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { until } from '../test/support/live/until.js';
import { ask, CONSTANT } from './agreement.js';
import { LOADS, portOf } from './compare.js';
import { BASE_SIZE } from './database.js';
import { type Bench, measure } from './measure.js';
import { type PeerName, peerNamed, startPeer } from './peers.js';
import { number, table } from './tables.js';

const CONNECTIONS = 32;
const WARM_UP_MS = 4000;
const ROWS = 25;

/** A .cpuprofile file, as V8 writes it. */
interface CpuProfile {
  readonly nodes: readonly { readonly id: number; readonly callFrame: CallFrame }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

interface CallFrame {
  readonly functionName: string;
  readonly url: string;
  readonly lineNumber: number;
}

/** Writes `dist/<peer>.cpuprofile`, which Chromium's developer tools open. Resolves to a summary in Markdown. */
export async function profile(bench: Bench, name: PeerName): Promise<string[]> {
  const file = `dist/${name}.cpuprofile`;
  rmSync(file, { force: true });
  const start = {
    database: await bench.postgres.databaseOf(BASE_SIZE),
    runtime: bench.options.runtime,
  };
  const ours = await startPeer('ours', start);
  const constantBody = (await ask(portOf(ours), CONSTANT)).text;
  await ours.stop();
  const peer = await startPeer(name, {
    ...{ ...start, constantBody },
    settings: { PROFILE_FILE: file },
    preload: 'dist/bench/recorder.js',
  });
  try {
    const subject = { name, port: portOf(peer), pid: peer.pid, requests: LOADS.varied.requests };
    await measure(bench, subject, CONNECTIONS, WARM_UP_MS, 0);
    peer.signal('SIGUSR2');
    await measure(bench, subject, CONNECTIONS, bench.options.durationMs, 0);
    peer.signal('SIGUSR2');
    await until('the profile is written', () => existsSync(file));
  } finally {
    await peer.stop();
  }
  const recorded: CpuProfile = JSON.parse(readFileSync(file, 'utf8'));
  return [
    `Profile of ${peerNamed(name).title}, ${CONNECTIONS} connections (${file}):`,
    selfTimesTable(recorded, 'package', packageOf),
    selfTimesTable(recorded, 'function', functionOf),
  ];
}

/** The share of the time in which the process was not idle, the largest first. */
function selfTimesTable(
  { nodes, samples, timeDeltas }: CpuProfile,
  what: string,
  nameOf: (frame: CallFrame) => string,
): string {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const times = new Map<string, number>();
  let busy = 0;
  samples.forEach((id, index) => {
    const frame = frames.get(id);
    if (!frame || frame.functionName === '(idle)') return;
    const time = timeDeltas[index] ?? 0;
    busy += time;
    times.set(nameOf(frame), (times.get(nameOf(frame)) ?? 0) + time);
  });
  const rows = [...times].sort(([, a], [, b]) => b - a).slice(0, ROWS);
  return table(
    [what, 'self time'],
    rows.map(([name, time]) => [`\`${name}\``, `${number((time / busy) * 100, 1)} %`]),
  );
}

function functionOf({ functionName, url, lineNumber }: CallFrame): string {
  const name = functionName || '(anonymous)';
  return url === '' ? name : `${name} ${shorten(url)}:${lineNumber + 1}`;
}

/** The npm package, the folder of our own sources, or the part of Node. */
function packageOf({ functionName, url }: CallFrame): string {
  if (url === '') return functionName.startsWith('(') ? functionName : 'V8 and C++';
  const [first = '', second] = shorten(url).split('/');
  return second && /^(@|src$|node:)/.test(first) ? `${first}/${second}` : first;
}

/** From the package's name on, or from our own folder of sources on. */
function shorten(url: string): string {
  return url.replace(/\?.*$/, '').replace(/^.*\/(node_modules|dist)\//, '');
}
