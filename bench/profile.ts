/** The part profile: where a peer spends its time under load. */
import { readFileSync, rmSync } from 'node:fs';
import type { Profiler, Runtime } from 'node:inspector';
import { ask, CONSTANT } from './agreement.js';
import { VARIED } from './compare.js';
import { BASE_SIZE } from './database.js';
import { type Bench, CONNECTIONS, measure, startPeer, warmUp } from './measure.js';
import { PEERS } from './peers.js';
import { number, table } from './tables.js';

const INTERVAL_US = 200;
const ROWS = 25;

// The clock of profiles, in microseconds.
const now = () => Number(process.hrtime.bigint() / 1000n);

/** Writes `dist/<peer>.cpuprofile` for each peer, which Chromium's developer tools open. */
export async function profilePeers(bench: Bench) {
  const ours = await startPeer(bench, 'ours');
  const CONSTANT_BODY = (await ask(ours.port, CONSTANT)).text;
  await ours.stop();
  const texts: string[] = [];
  for (const name of bench.options.peers) {
    const file = `${name}.cpuprofile`;
    rmSync(`dist/${file}`, { force: true });
    const peer = await startPeer(bench, name, BASE_SIZE, { CONSTANT_BODY }, [
      ...['--cpu-prof', `--cpu-prof-interval=${INTERVAL_US}`],
      ...['--cpu-prof-dir=dist', `--cpu-prof-name=${file}`],
    ]);
    const subject = { ...peer, name, requests: VARIED };
    await warmUp(bench, [subject]);
    const from = now();
    await measure(bench, subject, CONNECTIONS, bench.options.durationMs);
    const to = now();
    // Writes the profile.
    await peer.stop();
    const samples = samplesOf(JSON.parse(readFileSync(`dist/${file}`, 'utf8')), from, to);
    texts.push(
      `Profile of ${PEERS[name].title}, ${CONNECTIONS} connections (dist/${file}):`,
      selfTimesTable(samples, 'package', packageOf),
      selfTimesTable(samples, 'function', functionOf),
    );
  }
  return { texts };
}

/** What the process did when it was not idle between two times, and for how many microseconds. */
function samplesOf(profile: Profiler.Profile, from: number, to: number) {
  const { nodes, samples = [], startTime, timeDeltas = [] } = profile;
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  let at = startTime;
  return samples.flatMap((id, index) => {
    const [frame, us = 0] = [frames.get(id), timeDeltas[index]];
    at += us;
    return frame && frame.functionName !== '(idle)' && at >= from && at <= to ? [{ frame, us }] : [];
  });
}

/** Shares of the time, the largest first. */
function selfTimesTable(
  samples: ReturnType<typeof samplesOf>,
  what: string,
  nameOf: (frame: Runtime.CallFrame) => string,
): string {
  const times = new Map<string, number>();
  for (const { frame, us } of samples) times.set(nameOf(frame), (times.get(nameOf(frame)) ?? 0) + us);
  const busyUs = samples.reduce((sum, { us }) => sum + us, 0);
  const largest = [...times].sort(([, a], [, b]) => b - a).slice(0, ROWS);
  const rows = largest.map(([name, us]) => [`\`${name}\``, `${number((us / busyUs) * 100, 1)} %`]);
  return table([what, 'self time'], rows);
}

function functionOf({ functionName, url, lineNumber }: Runtime.CallFrame): string {
  const name = functionName || '(anonymous)';
  return url === '' ? name : `${name} ${shorten(url)}:${lineNumber + 1}`;
}

/** The npm package, the folder of our own sources, or the part of Node. */
function packageOf({ functionName, url }: Runtime.CallFrame): string {
  if (url === '') return functionName.startsWith('(') ? functionName : 'V8 and C++';
  const [first = '', second] = shorten(url).split('/');
  return second && /^(@|src$|node:)/.test(first) ? `${first}/${second}` : first;
}

/** From the package's name on, or from our own folder of sources on. */
const shorten = (url: string) =>
  url.includes('/node_modules/') ? url.replace(/^.*\/node_modules\//, '') : url.replace(/^.*\/dist\//, '');
