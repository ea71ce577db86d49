/** Measures what becomes of good requests while far more arrive than can be answered, and prints a table. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { loadContract } from '../../src/contract/contract.js';
import { DEMO } from '../../src/demo/demo.js';
import { SETTINGS } from '../../src/settings.js';
import { createPostgres } from '../support/live/postgres-server.js';
import { processorSeconds } from '../support/live/processes.js';
import { startServiceProcess } from '../support/live/service-process.js';
import type { Plan, Result } from './generator.js';

const WARM_UP_MS = 1500;
const DURATION_MS = Number(process.env.OVERLOAD_SECONDS ?? 4) * 1000;
const ROUNDS = 5;
const OVERLOAD = 5;
// One connection for each request that is let in: more of them are more than there is room for.
const CAPACITY = SETTINGS.MAX_ACTIVE_REQUESTS.default ?? 0;
const MIN_SHARE = 0.8;
const MAX_MEDIAN_RATIO = 3;

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
const service = await startServiceProcess({ DATABASE_URL: postgres.url, LOG_LEVEL: 'warn' });
const generator = fork(fileURLToPath(new URL('./generator.js', import.meta.url)));
const port = Number(new URL(service.url).port);

/** `processors`: how many the service kept busy; less than it could is what others left it. */
type Measured = Result & { readonly processors: number };

async function measure(load: Load): Promise<Measured> {
  generator.send({ port, request, warmUpMs: WARM_UP_MS, durationMs: DURATION_MS, ...load });
  await pause(WARM_UP_MS);
  const [before, startedAt] = [processorSeconds(service.pid), performance.now()];
  const [result] = await once(generator, 'message');
  const seconds = (performance.now() - startedAt) / 1000;
  return { ...result, processors: (processorSeconds(service.pid) - before) / seconds };
}

type Load = Pick<Plan, 'connections' | 'rate'>;
const usefulOf = ({ answers }: Result) => answers[200]?.perSecond ?? 0;
const medianOf = ({ answers }: Result) => answers[200]?.p50Ms ?? 0;

await measure({ connections: CAPACITY });
const peakRate = Math.round(usefulOf(await measure({ connections: CAPACITY })));
const loads: Readonly<Record<string, Load>> = {
  'a sixteenth of the capacity': { connections: CAPACITY / 16 },
  'a quarter of the capacity': { connections: CAPACITY / 4 },
  [`capacity: ${CAPACITY} connections`]: { connections: CAPACITY },
  [`${OVERLOAD * CAPACITY} connections, which try again at once`]: {
    connections: OVERLOAD * CAPACITY,
  },
  [`${OVERLOAD * peakRate}/s arrive`]: { connections: 2000, rate: OVERLOAD * peakRate },
};
const names = Object.keys(loads);
const [sixteenth = '', quarter = '', capacity = '', ...overloads] = names;

// In turns, since the machine may be busy with other things at one time and not at another.
const rounds: Readonly<Record<string, Measured>>[] = [];
for (let round = 0; round < ROUNDS; round += 1) {
  const measured: Record<string, Measured> = {};
  for (const name of names) measured[name] = await measure(loads[name] as Load);
  rounds.push(measured);
}
generator.disconnect();
await service.stop();
await postgres.remove();

type Round = (typeof rounds)[number];
const inRound = (round: Round, name: string) => round[name] as Measured;
const peakOf = (round: Round) =>
  Math.max(...[sixteenth, quarter, capacity].map((name) => usefulOf(inRound(round, name))));

/** The median over all rounds of what is to be known about a load. */
function typical(name: string, toNumber: (load: Measured, round: Round) => number): number {
  const numbers = rounds.map((round) => toNumber(inRound(round, name), round));
  return numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
}
const shareOf = (name: string) => typical(name, (load, round) => usefulOf(load) / peakOf(round));
const ratioOf = (name: string) =>
  typical(name, (load, round) => medianOf(load) / medianOf(inRound(round, capacity)));

console.log(
  [
    '| load | sent/s | 200/s | of the peak | median of 200 | to capacity | 99 % of 200 | 503/s | median of 503 | broken | processors |',
    '| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |',
    ...names.map((name) => {
      const cells = [
        name,
        typical(name, ({ offeredPerSecond }) => offeredPerSecond).toFixed(0),
        typical(name, usefulOf).toFixed(0),
        `${(shareOf(name) * 100).toFixed(0)} %`,
        `${typical(name, medianOf).toFixed(1)} ms`,
        ratioOf(name).toFixed(2),
        `${typical(name, ({ answers }) => answers[200]?.p99Ms ?? 0).toFixed(1)} ms`,
        typical(name, ({ answers }) => answers[503]?.perSecond ?? 0).toFixed(0),
        `${typical(name, ({ answers }) => answers[503]?.p50Ms ?? 0).toFixed(1)} ms`,
        typical(name, ({ broken }) => broken).toFixed(0),
        typical(name, ({ processors }) => processors).toFixed(2),
      ];
      return `| ${cells.join(' | ')} |`;
    }),
  ].join('\n'),
);
for (const name of overloads) {
  const holds = shareOf(name) >= MIN_SHARE && ratioOf(name) <= MAX_MEDIAN_RATIO;
  console.log(`${holds ? 'Holds' : 'DOES NOT HOLD'}: ${name}`);
  if (!holds) process.exitCode = 1;
}
