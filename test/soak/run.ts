/** Serves half of what it can for a long time, and looks for errors and for memory that grows. */
import { parseArgs } from 'node:util';
import { measureUsage } from '../faults/observation.js';
import { createPostgres } from '../support/live/postgres-server.js';
import { peakMegabytes } from '../support/live/processes.js';
import { startServiceProcess } from '../support/live/service-process.js';
import { demoRequest } from '../support/load/demo-request.js';
import type { LoadPlan } from '../support/load/generate.js';
import { openLoad } from '../support/load/open-load.js';

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '10' } } });
const MINUTES = Number(values.minutes);
const CONNECTIONS = 64;
const SAMPLE_MS = 10_000;
// Code is compiled and heaps find their size in the beginning.
const SETTLING_SHARE = 0.2;
const MAX_SLOPE_MEGABYTES_PER_HOUR = 30;

const postgres = await createPostgres();
const service = await startServiceProcess({ DATABASE_URL: postgres.url, LOG_LEVEL: 'warn' });
const load = openLoad();
const run = (plan: Pick<LoadPlan, 'rate' | 'durationMs' | 'warmUpMs'>) =>
  load.run({
    port: Number(new URL(service.url).port),
    requests: [demoRequest()],
    ...{ connections: CONNECTIONS, ...plan },
  });

const capacity = (await run({ warmUpMs: 3000, durationMs: 5000 })).statuses[200]?.perSecond ?? 0;
const rate = Math.round(capacity / 2);
console.log(`Capacity ${capacity.toFixed(0)}/s; serving ${rate}/s for ${MINUTES} minutes`);
const before = await measureUsage(service, postgres);

const startedAt = performance.now();
const samples: { hours: number; megabytes: number }[] = [];
const sampling = setInterval(() => {
  const hours = (performance.now() - startedAt) / 3_600_000;
  const megabytes = service.residentMegabytes();
  samples.push({ hours, megabytes });
  if (samples.length % 6 > 0) return;
  console.log(`${(hours * 60).toFixed(1)} min: ${megabytes.toFixed(0)} MB`);
}, SAMPLE_MS);
const { statuses, broken } = await run({ rate, warmUpMs: 0, durationMs: MINUTES * 60_000 });
clearInterval(sampling);

const after = await measureUsage(service, postgres);
const peak = peakMegabytes(service.pid);
const isAlive = service.isRunning();
await load.close();
await service.stop();
await postgres.remove();

/** How many megabytes the line that fits the samples best grows in an hour. */
function slope(points: typeof samples): number {
  const mean = (numbers: readonly number[]) =>
    numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
  const x = mean(points.map(({ hours }) => hours));
  const y = mean(points.map(({ megabytes }) => megabytes));
  const covariance = mean(points.map(({ hours, megabytes }) => (hours - x) * (megabytes - y)));
  return covariance / mean(points.map(({ hours }) => (hours - x) ** 2));
}

const settled = samples.slice(Math.floor(samples.length * SETTLING_SHARE));
const growth = slope(settled);
const { 200: good, ...others } = statuses;
console.log(
  `${good?.count ?? 0} responses 200, median ${good?.p50Ms.toFixed(1)} ms, 99 % within ${good?.p99Ms.toFixed(1)} ms`,
);
console.log(`Other responses: ${JSON.stringify(others)}, broken connections: ${broken}`);
console.log(
  `Memory: ${settled[0]?.megabytes.toFixed(0)} → ${settled.at(-1)?.megabytes.toFixed(0)} MB, ${growth.toFixed(1)} MB an hour, peak ${peak.toFixed(0)} MB`,
);
console.log(`Connections to PostgreSQL: ${before.connections} → ${after.connections}`);
const holds =
  isAlive &&
  (good?.count ?? 0) > 0 &&
  Object.keys(others).length === 0 &&
  broken === 0 &&
  growth < MAX_SLOPE_MEGABYTES_PER_HOUR;
console.log(holds ? 'Holds' : 'DOES NOT HOLD');
process.exitCode = holds ? 0 : 1;
