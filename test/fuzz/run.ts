/** Fuzzes at length, and compares heap and handles before and after. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createPostgres } from '../support/live/postgres-server.js';
import { startTraffic } from '../support/live/traffic.js';
import { until } from '../support/live/until.js';
import { DEMO_TOKENS } from '../support/service.js';
import { fuzz } from './fuzz.js';
import type { Measured } from './served.js';

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '200000' },
    seed: { type: 'string', default: String(Date.now() % 1e9) },
    concurrency: { type: 'string', default: '64' },
  },
});
const WARM_UP_REQUESTS = 20_000;
const MAX_HEAP_GROWTH_MEGABYTES = 8;

const postgres = await createPostgres();
const tokens = Object.values(DEMO_TOKENS);
const secrets = [...tokens, ...postgres.passwords];
const child = fork(fileURLToPath(new URL('./served.js', import.meta.url)), {
  execArgv: ['--expose-gc', '--import', 'tsx'],
  stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  env: {
    ...process.env,
    ...{ DATABASE_URL: postgres.url, PORT: '0', METRICS_PORT: '0' },
  },
});
const leaks = scan(child.stdout as NodeJS.ReadableStream);
const [url] = (await once(child, 'message')) as [string];
const seed = Number(values.seed);
console.log(`Seed ${seed}`);

async function measure(): Promise<Measured> {
  child.send('measure');
  const [measured] = (await once(child, 'message')) as [Measured];
  return measured;
}

/** After the last connections are closed. */
async function measureAtRest(handles = Number.POSITIVE_INFINITY): Promise<Measured> {
  let measured = await measure();
  await until('the connections are closed', async () => {
    measured = await measure();
    return measured.handles <= handles;
  }).catch(() => {});
  return measured;
}

const common = { url, concurrency: Number(values.concurrency), tokens };
const idle = await measure();
await fuzz({ ...common, seed: seed + 1e9, requests: WARM_UP_REQUESTS });
const before = await measureAtRest(idle.handles);
const others = startTraffic(url, { clients: 2, pauseMs: 50 });
const startedAt = performance.now();
const { sent, statuses, findings } = await fuzz({
  ...common,
  seed,
  requests: Number(values.requests),
});
const seconds = (performance.now() - startedAt) / 1000;
await others.stop();
const after = await measureAtRest(before.handles);
child.send('stop');
await once(child, 'exit');
await postgres.remove();

const disturbed = others.exchanges.filter(
  ({ status, problems }) => status !== 200 || problems.length > 0,
);
const growth = after.heapMegabytes - before.heapMegabytes;
console.log(
  `${sent} requests in ${seconds.toFixed(0)} s, responses by status: ${JSON.stringify(statuses)}`,
);
console.log(
  `Well-behaved requests beside them: ${others.exchanges.length}, disturbed: ${disturbed.length}`,
);
console.log(
  `Heap ${before.heapMegabytes.toFixed(1)} → ${after.heapMegabytes.toFixed(1)} MB, handles ${before.handles} → ${after.handles}`,
);
console.log(`Secrets in the log: ${leaks.size}`);
for (const finding of findings) console.log(finding);
const isClean =
  findings.length === 0 &&
  disturbed.length === 0 &&
  leaks.size === 0 &&
  after.handles <= before.handles &&
  growth < MAX_HEAP_GROWTH_MEGABYTES;
console.log(isClean ? 'Clean' : 'NOT CLEAN');
process.exitCode = isClean ? 0 : 1;

/** Which secrets show in a stream that is too long to keep. */
function scan(stream: NodeJS.ReadableStream): ReadonlySet<string> {
  const found = new Set<string>();
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    const text = rest + chunk;
    for (const secret of secrets) if (text.includes(secret)) found.add(secret);
    rest = text.slice(-200);
  });
  return found;
}
