/** Measures what becomes of good requests while far more arrive than can be answered, and prints a table. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { loadContract } from '../../src/contract/contract.js';
import { DEMO } from '../../src/demo.js';
import { createPostgres } from '../support/live/postgres-server.js';
import { processorSeconds } from '../support/live/processes.js';
import { startServiceProcess } from '../support/live/service-process.js';
import type { Plan, Result } from './generator.js';

const WARM_UP_MS = 2000;
const DURATION_MS = Number(process.env.OVERLOAD_SECONDS ?? 6) * 1000;
const OVERLOAD = 5;
const MIN_SHARE_OF_PEAK = 0.8;
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

async function measure(load: Pick<Plan, 'connections' | 'rate'>): Promise<Measured> {
  generator.send({ port, request, warmUpMs: WARM_UP_MS, durationMs: DURATION_MS, ...load });
  await pause(WARM_UP_MS);
  const [before, startedAt] = [processorSeconds(service.pid), performance.now()];
  const [result] = await once(generator, 'message');
  const seconds = (performance.now() - startedAt) / 1000;
  return { ...result, processors: (processorSeconds(service.pid) - before) / seconds };
}

const usefulOf = ({ answers }: Result) => answers[200]?.perSecond ?? 0;
const medianOf = ({ answers }: Result) => answers[200]?.p50Ms ?? 0;

interface Line {
  readonly name: string;
  readonly result: Measured;
}
const lines: Line[] = [];
async function add(name: string, load: Pick<Plan, 'connections' | 'rate'>): Promise<Measured> {
  const result = await measure(load);
  lines.push({ name, result });
  return result;
}

await measure({ connections: 32 });
let capacity = { connections: 0, result: await measure({ connections: 1 }) };
for (const connections of [16, 32, 64, 128, 256]) {
  const result = await add(`${connections} connections`, { connections });
  if (usefulOf(result) > usefulOf(capacity.result)) capacity = { connections, result };
}
const peak = usefulOf(capacity.result);
const many = OVERLOAD * Math.max(capacity.connections, 128);
const closed = await add(`${many} connections, which try again at once`, { connections: many });
const open = { connections: 2000 };
for (const factor of [0.8, 1]) {
  await add(`${factor} × capacity arrives`, { ...open, rate: Math.round(peak * factor) });
}
const flood = await add(`${OVERLOAD} × capacity arrives`, {
  ...open,
  rate: Math.round(peak * OVERLOAD),
});

console.log(
  [
    '| load | offered/s | 200/s | of peak | 503/s | median of 200 | ratio | p99 of 200 | median of 503 | broken | processors |',
    '| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |',
    ...lines.map(({ name, result }) => {
      const { answers, offeredPerSecond, broken } = result;
      const cells = [
        name,
        offeredPerSecond.toFixed(0),
        usefulOf(result).toFixed(0),
        `${((usefulOf(result) / peak) * 100).toFixed(0)} %`,
        (answers[503]?.perSecond ?? 0).toFixed(0),
        `${medianOf(result).toFixed(1)} ms`,
        (medianOf(result) / medianOf(capacity.result)).toFixed(2),
        `${(answers[200]?.p99Ms ?? 0).toFixed(1)} ms`,
        answers[503] ? `${answers[503].p50Ms.toFixed(1)} ms` : '',
        broken,
        result.processors.toFixed(2),
      ];
      return `| ${cells.join(' | ')} |`;
    }),
  ].join('\n'),
);
console.log(`\nCapacity: ${peak.toFixed(0)}/s with ${capacity.connections} connections.`);

for (const [name, result] of [
  ['closed loop', closed],
  ['open loop', flood],
] as const) {
  const share = usefulOf(result) / peak;
  const ratio = medianOf(result) / medianOf(capacity.result);
  const holds = share >= MIN_SHARE_OF_PEAK && ratio <= MAX_MEDIAN_RATIO;
  console.log(
    `${holds ? 'holds' : 'BROKEN'}: ${name}, ${OVERLOAD} × capacity: ${(share * 100).toFixed(0)} % of the peak (at least ${MIN_SHARE_OF_PEAK * 100} %), median ${ratio.toFixed(2)} × (at most ${MAX_MEDIAN_RATIO} ×)`,
  );
  if (!holds) process.exitCode = 1;
}

generator.disconnect();
await service.stop();
await postgres.remove();
