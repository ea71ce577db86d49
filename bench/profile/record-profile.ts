/** Records where a peer spends its time under load. */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { packageRoot } from '../../src/package-root.js';
import { findConstantBody } from '../constant-body.js';
import type { BenchServer } from '../database/open-database.js';
import { BASE_SIZE } from '../database/size.js';
import { number, table } from '../markdown.js';
import { type Bench, measure, type Subject } from '../measure.js';
import type { Options } from '../options.js';
import type { Peer } from '../peers/peers.js';
import { planRequests } from '../requests.js';
import { startPeer } from '../running-peer.js';
import {
  type CpuProfile,
  functionOf,
  packageOf,
  type SelfTime,
  selfTimesBy,
} from './self-times.js';

const CONNECTIONS = 32;
const DISTINCT_REQUESTS = 5000;
const WARM_UP_MS = 4000;
const ROWS = 25;
const WRITE_TIMEOUT_MS = 10_000;
const POLL_MS = 50;

/** Writes `dist/<peer>.cpuprofile`, which Chromium's developer tools open. Resolves to a summary in Markdown. */
export async function recordProfile(
  bench: Bench,
  server: BenchServer,
  { name, title, module, nodeOptions = [] }: Peer,
  { durationMs }: Options,
): Promise<string> {
  const file = join(packageRoot, 'dist', `${name}.cpuprofile`);
  rmSync(file, { force: true });
  const { url } = await server.databaseOf(BASE_SIZE);
  const peer = await startPeer({
    module,
    databaseUrl: url,
    constantBody: await findConstantBody(url),
    nodeOptions: [...nodeOptions, '--import', new URL('./recorder.js', import.meta.url).href],
    environment: { PROFILE_FILE: file },
  });
  try {
    const requests = planRequests(BASE_SIZE, { distinct: DISTINCT_REQUESTS });
    const subject: Subject = { ...peer, name, requests };
    await measure(bench, subject, CONNECTIONS, { durationMs: WARM_UP_MS, warmUpMs: 0 });
    peer.process.kill('SIGUSR2');
    await measure(bench, subject, CONNECTIONS, { durationMs, warmUpMs: 0 });
    peer.process.kill('SIGUSR2');
    const profile = await readWhenWritten(file);
    return [
      `## Profile of ${title}, ${CONNECTIONS} connections (${file})`,
      summary('package', selfTimesBy(profile, packageOf)),
      summary('function', selfTimesBy(profile, functionOf)),
    ].join('\n\n');
  } finally {
    await peer.close();
  }
}

async function readWhenWritten(file: string): Promise<CpuProfile> {
  const deadline = Date.now() + WRITE_TIMEOUT_MS;
  while (Date.now() < deadline) {
    if (existsSync(file)) {
      try {
        return JSON.parse(readFileSync(file, 'utf8'));
      } catch {
        // Not complete yet.
      }
    }
    await pause(POLL_MS);
  }
  throw new Error(`No profile was written to ${file}.`);
}

function summary(what: string, times: readonly SelfTime[]): string {
  const rows = times
    .slice(0, ROWS)
    .map(({ name, share }) => [`\`${name}\``, `${number(share * 100, 1)} %`]);
  return table([what, 'self time'], rows);
}
