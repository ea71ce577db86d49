/** Measures what becomes of good requests while five times more arrive than can be served, and prints a table. */

import { createPostgres } from '../support/live/postgres-server.js';
import { processorSeconds } from '../support/live/processes.js';
import { startServiceProcess } from '../support/live/service-process.js';
import { demoRequest } from '../support/load/demo-request.js';
import type { LoadPlan, LoadResult } from '../support/load/generate.js';
import { openLoad } from '../support/load/open-load.js';

const WARM_UP_MS = 1500;
const DURATION_MS = Number(process.env.OVERLOAD_SECONDS ?? 4) * 1000;
const ROUNDS = Number(process.env.OVERLOAD_ROUNDS ?? 5);
const OVERLOAD = 5;
const MIN_SHARE = 0.85;
const MAX_MEDIAN_RATIO = 3;
// One connection for each request that is let in: more of them are more than there is room for.
const CAPACITY = 256;

const postgres = await createPostgres();
const service = await startServiceProcess({
  DATABASE_URL: postgres.url,
  LOG_LEVEL: 'warn',
  MAX_ACTIVE_REQUESTS: CAPACITY,
});
const load = openLoad();

type Load = Pick<LoadPlan, 'connections' | 'rate'>;
/** `processors`: how many the service kept busy; less than it could is what others left it. */
type Measured = LoadResult & { readonly processors: number };

async function measure(plan: Load): Promise<Measured> {
  let processors = 0;
  let startedAt = 0;
  const result = await load.run(
    {
      port: Number(new URL(service.url).port),
      requests: [demoRequest()],
      ...{ warmUpMs: WARM_UP_MS, durationMs: DURATION_MS, ...plan },
    },
    {
      onCounting() {
        startedAt = performance.now();
        processors = -processorSeconds(service.pid);
      },
      onCounted() {
        processors += processorSeconds(service.pid);
        processors /= (performance.now() - startedAt) / 1000;
      },
    },
  );
  return { ...result, processors };
}

const usefulOf = ({ statuses }: LoadResult) => statuses[200]?.perSecond ?? 0;
const medianOf = ({ statuses }: LoadResult) => statuses[200]?.p50Ms ?? 0;

await measure({ connections: CAPACITY });
const peakRate = Math.round(usefulOf(await measure({ connections: CAPACITY })));
const atCapacity = `capacity: ${CAPACITY} connections`;
const belowCapacity: Readonly<Record<string, Load>> = {
  'a sixteenth of the capacity': { connections: CAPACITY / 16 },
  'a quarter of the capacity': { connections: CAPACITY / 4 },
  [atCapacity]: { connections: CAPACITY },
};
const overloads: Readonly<Record<string, Load>> = {
  [`${OVERLOAD * CAPACITY} connections, which try again at once`]: {
    connections: OVERLOAD * CAPACITY,
  },
  [`${OVERLOAD * peakRate}/s arrive`]: { connections: 2000, rate: OVERLOAD * peakRate },
};

// In turns, since the machine may be busy with other things at one time and not at another.
const rounds: Readonly<Record<string, Measured>>[] = [];
for (let round = 0; round < ROUNDS; round += 1) {
  const measured: Record<string, Measured> = {};
  for (const [name, plan] of Object.entries({ ...belowCapacity, ...overloads })) {
    measured[name] = await measure(plan);
  }
  rounds.push(measured);
}
await load.close();
await service.stop();
await postgres.remove();

type Round = (typeof rounds)[number];
const inRound = (round: Round, name: string) => round[name] as Measured;
const peakOf = (round: Round) =>
  Math.max(...Object.keys(belowCapacity).map((name) => usefulOf(inRound(round, name))));

/** The median over all rounds of what is to be known about a load. */
function typical(name: string, toNumber: (load: Measured, round: Round) => number): number {
  const numbers = rounds.map((round) => toNumber(inRound(round, name), round));
  return numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
}
const shareOf = (name: string) => typical(name, (load, round) => usefulOf(load) / peakOf(round));
const ratioOf = (name: string) =>
  typical(name, (load, round) => medianOf(load) / medianOf(inRound(round, atCapacity)));

console.log(
  '| load | sent/s | 200/s | of the peak | median of 200 | to capacity | 99 % of 200 | 503/s | median of 503 | broken | processors |\n' +
    '| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |',
);
for (const name of Object.keys({ ...belowCapacity, ...overloads })) {
  const cells = [
    name,
    typical(name, ({ sentPerSecond }) => sentPerSecond).toFixed(0),
    typical(name, usefulOf).toFixed(0),
    `${(shareOf(name) * 100).toFixed(0)} %`,
    `${typical(name, medianOf).toFixed(1)} ms`,
    ratioOf(name).toFixed(2),
    `${typical(name, ({ statuses }) => statuses[200]?.p99Ms ?? 0).toFixed(1)} ms`,
    typical(name, ({ statuses }) => statuses[503]?.perSecond ?? 0).toFixed(0),
    `${typical(name, ({ statuses }) => statuses[503]?.p50Ms ?? 0).toFixed(1)} ms`,
    typical(name, ({ broken }) => broken).toFixed(0),
    typical(name, ({ processors }) => processors).toFixed(2),
  ];
  console.log(`| ${cells.join(' | ')} |`);
}
for (const name of Object.keys(overloads)) {
  const holds = shareOf(name) >= MIN_SHARE && ratioOf(name) <= MAX_MEDIAN_RATIO;
  console.log(`${holds ? 'Holds' : 'DOES NOT HOLD'}: ${name}`);
  if (!holds) process.exitCode = 1;
}
