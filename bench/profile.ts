/** The part profile: where a peer spends its time under load. */
import { readFileSync, rmSync } from 'node:fs';
import { ask, CONSTANT } from './agreement.js';
import { VARIED } from './compare.js';
import { BASE_SIZE } from './database.js';
import { type Bench, measure, warmUp } from './measure.js';
import { type PeerName, peerNamed, startPeer } from './peers.js';
import { number, table } from './tables.js';

const CONNECTIONS = 32;
const INTERVAL_US = 200;
const ROWS = 25;

/** A .cpuprofile file, as V8 writes it. */
interface CpuProfile {
  readonly nodes: readonly { readonly id: number; readonly callFrame: CallFrame }[];
  readonly samples: readonly number[];
  /** Microseconds on the clock of `process.hrtime`. */
  readonly startTime: number;
  readonly timeDeltas: readonly number[];
}

/** The same clock. */
interface Window {
  readonly from: number;
  readonly to: number;
}
const now = () => Number(process.hrtime.bigint() / 1000n);

interface CallFrame {
  readonly functionName: string;
  readonly url: string;
  readonly lineNumber: number;
}

/** Writes `dist/<peer>.cpuprofile`, which Chromium's developer tools open. Resolves to a summary in Markdown. */
export async function profile(bench: Bench, name: PeerName): Promise<string[]> {
  const { node, durationMs } = bench.options;
  const database = await bench.postgres.databaseOf(BASE_SIZE);
  const ours = await startPeer('ours', database, node.path);
  const CONSTANT_BODY = (await ask(ours.port, CONSTANT)).text;
  await ours.stop();
  const file = `${name}.cpuprofile`;
  rmSync(`dist/${file}`, { force: true });
  const recording = [
    '--cpu-prof',
    `--cpu-prof-interval=${INTERVAL_US}`,
    '--cpu-prof-dir=dist',
    `--cpu-prof-name=${file}`,
  ];
  const peer = await startPeer(name, database, node.path, { CONSTANT_BODY }, recording);
  const subject = { name, port: peer.port, pid: peer.pid, requests: VARIED };
  let window: Window;
  try {
    await warmUp(bench, [subject]);
    const from = now();
    await measure(bench, subject, CONNECTIONS, durationMs);
    window = { from, to: now() };
  } finally {
    await peer.stop();
  }
  const recorded: CpuProfile = JSON.parse(readFileSync(`dist/${file}`, 'utf8'));
  return [
    `Profile of ${peerNamed(name).title}, ${CONNECTIONS} connections (dist/${file}):`,
    selfTimesTable(recorded, window, 'package', packageOf),
    selfTimesTable(recorded, window, 'function', functionOf),
  ];
}

/** The shares of the time in which the process was not idle, the largest first. */
function selfTimesTable(
  { nodes, samples, startTime, timeDeltas }: CpuProfile,
  { from, to }: Window,
  what: string,
  nameOf: (frame: CallFrame) => string,
): string {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const times = new Map<string, number>();
  let [at, busyUs] = [startTime, 0];
  samples.forEach((id, index) => {
    const [frame, delta = 0] = [frames.get(id), timeDeltas[index]];
    at += delta;
    if (!frame || frame.functionName === '(idle)' || at < from || at > to) return;
    busyUs += delta;
    times.set(nameOf(frame), (times.get(nameOf(frame)) ?? 0) + delta);
  });
  const largest = [...times].sort(([, a], [, b]) => b - a).slice(0, ROWS);
  const rows = largest.map(([name, us]) => [`\`${name}\``, `${number((us / busyUs) * 100, 1)} %`]);
  return table([what, 'self time'], rows);
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
const shorten = (url: string) =>
  url.includes('/node_modules/')
    ? url.replace(/^.*\/node_modules\//, '')
    : url.replace(/^.*\/dist\//, '');
