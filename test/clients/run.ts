/**
 * `npm run test:clients`: authentik's own clients use this service, over the tables of each generation. `-- go rust`
 * runs those in these languages only.
 */
import { loadContract } from '../../src/contract/contract.js';
import { packageRoot } from '../../src/package-root.js';
import { repairRows, restore } from '../recorded/database.js';
import { compareReleases, findRecordings, SKIPPED } from '../recorded/vectors.js';
import type { Release } from '../support/generations/generations.js';
import { createDatabase } from '../support/postgres.js';
import { DEMO_TOKENS, startTestService } from '../support/service.js';
import startPostgres from '../support/start-postgres.js';
import stopPostgres from '../support/stop-postgres.js';
import { type Client, goClient, pythonClient, rustClient, typescriptClient } from './clients.js';
import { type Expectation, expectFrom } from './site.js';

/** The databases, and which of the project's own tables stand for one without its recording. */
const DATABASES: Readonly<Record<string, Release>> = {
  '2024.6': '2024.6',
  '2024.12': '2024.8',
  '2025.10': '2025.8',
  '2025.12': '2025.12',
  '2026.2': '2026.2',
  '2026.5': '2026.5',
};
const LANGUAGES = process.argv.slice(2);
const CLIENTS: readonly Client[] = [
  pythonClient('2024.6.4.post1724423654'),
  typescriptClient('2024.6.4-1724423607'),
  goClient('v3.2024063.1'),
  pythonClient('2024.12.3.post1739965736'),
  typescriptClient('2024.12.3-1739965710'),
  goClient('v3.2024123.4'),
  pythonClient('2025.10.4'),
  typescriptClient('2025.10.4'),
  goClient('v3.2025100.4'),
  pythonClient('2025.12.6'),
  typescriptClient('2025.12.6'),
  pythonClient('2026.2.7'),
  typescriptClient('2026.2.0'),
  goClient('v3.2026050.3'),
  pythonClient('2026.8.5'),
  typescriptClient('2026.8.3'),
  rustClient('2026.8.5'),
].filter(({ language }) => LANGUAGES.length === 0 || LANGUAGES.includes(language));
/** The newest clients understand the responses of 2025.12 and later; on older releases they fail with authentik, too. */
const isApplicable = ({ release }: Client, database: string) =>
  release === database ||
  (compareReleases(release, '2026.5') >= 0 && compareReleases(database, '2025.12') >= 0);

const nameOf = ({ language, version }: Client) => `${language} ${version}`;

interface Running extends Expectation {
  readonly release: string;
  close(): Promise<void>;
}

async function open(release: string, own: Release): Promise<Running> {
  const [recording] = findRecordings(['public'], [release]);
  const database = recording ? await restore(recording) : await createDatabase(own, { seed: true });
  if (recording) await repairRows(database.adminUrl);
  const { url, close } = await startTestService(database.url);
  const expectation = await expectFrom(database.adminUrl, release, {
    url: url + loadContract().basePath,
    token: recording ? 'pub-key-su' : DEMO_TOKENS.administrator,
    plainToken: recording ? 'pub-key-plain' : DEMO_TOKENS.noPermission,
  });
  return { ...expectation, release, close };
}

if (CLIENTS.length === 0) throw new Error(`There is no client in ${LANGUAGES.join(', ')}.`);

const failures: string[] = [];

/** A cell of the table for each database. */
async function tryOut(client: Client, databases: readonly Running[]): Promise<string[]> {
  const applicable = databases.filter(({ release }) => isApplicable(client, release));
  const outcomes = await client.use(applicable.map(({ site }) => site));
  return databases.map((database) => {
    const index = applicable.indexOf(database);
    if (index < 0) return 'n/a';
    const found = database.findDifference(outcomes[index]);
    if (found === undefined) return 'ok';
    const { error = found } = outcomes[index] as { error?: string };
    failures.push(
      `${nameOf(client)} on ${database.release}: ${error.replaceAll(/\s+/g, ' ').slice(0, 300)}`,
    );
    return 'FAILED';
  });
}

async function runAll(): Promise<void> {
  const databases: Running[] = [];
  const table = new Map<Client, string[]>();
  await startPostgres({ rootDir: packageRoot });
  try {
    for (const [release, own] of Object.entries(DATABASES))
      databases.push(await open(release, own));
    const waiting = [...CLIENTS];
    const work = async () => {
      for (let client = waiting.pop(); client; client = waiting.pop()) {
        table.set(client, await tryOut(client, databases));
      }
    };
    await Promise.all([work(), work()]);
  } finally {
    for (const { close } of databases) await close();
    await stopPostgres();
  }
  const print = (name: string, cells: readonly string[] = []) =>
    console.log(name.padEnd(32) + cells.map((cell) => cell.padEnd(9)).join(''));
  print('client \\ database', Object.keys(DATABASES));
  for (const client of CLIENTS) print(nameOf(client), table.get(client));
  for (const failure of failures) console.log(failure);
  const passed = [...table.values()].flat().filter((cell) => cell === 'ok').length;
  console.log(`\n${passed} passed, ${failures.length} failed`);
  if (failures.length > 0) process.exitCode = 1;
}

try {
  for (const client of CLIENTS) await client.install();
} catch (error) {
  const [reason] = String(error).split('\n');
  console.log(
    `Not run: each language needs its package index, and pip, npm, Go or Cargo. ${reason}`,
  );
  process.exit(SKIPPED);
}
await runAll();
