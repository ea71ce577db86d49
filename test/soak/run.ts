/** Serves half of what it can for a long time, and looks for errors and for memory that grows. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { loadContract } from '../../src/contract/contract.js';
import { DEMO } from '../../src/demo/demo.js';
import type { Plan, Result } from '../overload/generator.js';
import { createPostgres } from '../support/live/postgres-server.js';
import { residentMegabytes } from '../support/live/processes.js';
import { startServiceProcess } from '../support/live/service-process.js';
import { slopeOf } from './slope.js';

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '10' } } });
const MINUTES = Number(values.minutes);
const CONNECTIONS = 64;
const SAMPLE_MS = 10_000;
// Code is compiled and heaps find their size in the beginning.
const SETTLING_SHARE = 0.2;
const MAX_SLOPE_MEGABYTES_PER_HOUR = 30;

const contract = loadContract();
const path = contract.pathOf('stages_password_retrieve').replace('{stage_uuid}', DEMO.stageUuid);
const request = [
  `GET ${contract.basePath}${path} HTTP/1.1`,
  'Host: localhost',
  `Authorization: Bearer ${DEMO.administratorToken}`,
  '',
  '',
].join('\r\n');

const postgres = await createPostgres();
// As in `npm start`.
const service = await startServiceProcess({ DATABASE_URL: postgres.url, LOG_LEVEL: 'warn' }, [
  '--max-semi-space-size=8',
]);
const generator = fork(fileURLToPath(new URL('../overload/generator.js', import.meta.url)));

async function load(plan: Pick<Plan, 'rate' | 'durationMs' | 'warmUpMs'>): Promise<Result> {
  const { port } = new URL(service.url);
  generator.send({ port: Number(port), request, connections: CONNECTIONS, ...plan });
  const [result] = await once(generator, 'message');
  return result as Result;
}

async function connections(): Promise<number> {
  const [row] = await postgres.sql<{ count: number }>(
    `SELECT count(*)::integer FROM pg_stat_activity
     WHERE application_name = 'authentik-stages-password'`,
  );
  return row?.count ?? 0;
}

const capacity = (await load({ warmUpMs: 3000, durationMs: 5000 })).answers[200]?.perSecond ?? 0;
const rate = Math.round(capacity / 2);
console.log(`Capacity ${capacity.toFixed(0)}/s; serving ${rate}/s for ${MINUTES} minutes`);
const connectionsBefore = await connections();

const startedAt = performance.now();
const samples: { minutes: number; megabytes: number }[] = [];
const sampling = setInterval(() => {
  const minutes = (performance.now() - startedAt) / 60_000;
  const megabytes = residentMegabytes(service.pid);
  samples.push({ minutes, megabytes });
  if (samples.length % 6 === 0)
    console.log(`${minutes.toFixed(1)} min: ${megabytes.toFixed(0)} MB`);
}, SAMPLE_MS);
const { answers, broken } = await load({ rate, warmUpMs: 0, durationMs: MINUTES * 60_000 });
clearInterval(sampling);

const connectionsAfter = await connections();
const isAlive = service.isRunning();
generator.disconnect();
await service.stop();
await postgres.remove();

const settled = samples.slice(Math.floor(samples.length * SETTLING_SHARE));
const slope = slopeOf(settled.map(({ minutes, megabytes }) => [minutes / 60, megabytes]));
const { 200: good, ...others } = answers;
const answered = Math.round((good?.perSecond ?? 0) * MINUTES * 60);
console.log(
  `${answered} answers 200, median ${good?.p50Ms.toFixed(1)} ms, 99 % within ${good?.p99Ms.toFixed(1)} ms`,
);
console.log(`Other answers: ${JSON.stringify(others)}, broken connections: ${broken}`);
console.log(
  `Memory: ${settled[0]?.megabytes.toFixed(0)} → ${settled.at(-1)?.megabytes.toFixed(0)} MB, ${slope.toFixed(1)} MB an hour`,
);
console.log(`Connections to PostgreSQL: ${connectionsBefore} → ${connectionsAfter}`);
const holds =
  isAlive &&
  answered > 0 &&
  Object.keys(others).length === 0 &&
  broken === 0 &&
  slope < MAX_SLOPE_MEGABYTES_PER_HOUR;
console.log(holds ? 'Holds' : 'DOES NOT HOLD');
process.exitCode = holds ? 0 : 1;
