/** `npm run test:recorded [release …]`: compares our responses with those that authentik gave on the same databases. */
import { packageRoot } from '../../src/package-root.js';
import { startTestService } from '../support/service.js';
import startPostgres from '../support/start-postgres.js';
import stopPostgres from '../support/stop-postgres.js';
import { send } from '../support/wire.js';
import { repairRows, restore } from './database.js';
import { judge } from './judge.js';
import { findRecordings, type RecordedCase, type Recording, SKIPPED } from './vectors.js';

const FIXTURES = ['public', 'publicanon', 'publicpaging'];
const MAX_PRINTED = 40;
const DIFFERS = 'DIFFERS';

const tally = new Map<string, number>();
/** The cases that failed, by recording and reason. */
const failures = new Map<string, string[]>();

async function runRecording(recording: Recording): Promise<void> {
  const { name, release, cases } = recording;
  const database = await restore(recording);
  const service = await startTestService(database.url);
  const failedBefore = failed();

  async function run(recorded: RecordedCase, isRepaired = false): Promise<string | undefined> {
    const { method, path, headers } = recorded;
    const request = { method, headers: { Host: 'ak.example', ...headers } };
    const ours = await send(service.url, path, request);
    const verdict = judge(release, recorded, ours, { isRepaired });
    const pass = isRepaired ? ', rows repaired' : '';
    const title = 'name' in verdict ? verdict.name + pass : DIFFERS;
    tally.set(title, (tally.get(title) ?? 0) + 1);
    if ('name' in verdict) return verdict.name;
    const key = `${name}: ${verdict.problem}`;
    failures.set(key, [...(failures.get(key) ?? []), recorded.name + pass]);
    return undefined;
  }

  try {
    const inexpressible: RecordedCase[] = [];
    for (const recorded of cases) {
      if ((await run(recorded)) === 'outside-the-contract') inexpressible.push(recorded);
    }
    await repairRows(database.adminUrl);
    for (const recorded of inexpressible) {
      // Repaired backends sort differently.
      if (!/ordering=[^&]*backends/.test(recorded.path)) await run(recorded, true);
    }
  } finally {
    await service.close();
  }
  console.log(`${name}: ${cases.length} cases, ${failed() - failedBefore} failed`);
}

const failed = () => tally.get(DIFFERS) ?? 0;

function report(): void {
  console.log('');
  for (const [name, cases] of [...tally].sort()) console.log(`${name.padEnd(38)}${cases}`);
  for (const [problem, names] of [...failures].slice(0, MAX_PRINTED)) {
    const others = names.length > 1 ? ` and ${names.length - 1} more` : '';
    console.log(`${problem} (${names[0]}${others})`);
  }
  if (failures.size > MAX_PRINTED) console.log(`… ${failures.size - MAX_PRINTED} more reasons`);
  const total = [...tally.values()].reduce((sum, cases) => sum + cases, 0);
  console.log(`\n${total - failed()} passed, ${failed()} failed`);
  if (failed() > 0 || total === 0) process.exitCode = 1;
}

const recordings = findRecordings(FIXTURES, process.argv.slice(2));
if (recordings.length === 0) {
  console.log(
    'Not run: the recorded responses of authentik are not part of the repository; RECORDED_RESPONSES must name a folder that has them.',
  );
  process.exit(SKIPPED);
}
await startPostgres({ rootDir: packageRoot });
try {
  for (const recording of recordings) await runRecording(recording);
} finally {
  await stopPostgres();
}
report();
