/** `npm run test:recorded`: compares our answers with those that authentik itself gave on the same databases. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import pg from 'pg';
import { readConfig } from '../../src/config.js';
import { createResponseChecker } from '../../src/contract/response-checker.js';
import { loadContract } from '../../src/contract/contract.js';
import { openEmbedded } from '../../src/data/embedded/open-embedded.js';
import { createLogger } from '../../src/logger.js';
import { packageRoot } from '../../src/package-root.js';
import { startService } from '../../src/service.js';
import type { OurAnswer, RecordedCase, RecordedFile } from './case.js';
import { classify, toContract } from './classify.js';

const VECTORS = join(packageRoot, '..', 'shared', 'vectors');
const ROLE = 'authentik_stages_reader';
const PASSWORD = 'recorded';
const OPERATION = 'stages_password_retrieve';

const checkAnswer = createResponseChecker(loadContract());
const tally = new Map<string, number>();
const failures: string[] = [];

async function main(): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'recorded-'));
  const cluster = await openEmbedded({ dataDir });
  try {
    for (const fixture of ['public', 'publicanon']) {
      const wanted = process.argv.slice(2);
      for (const release of readdirSync(join(VECTORS, fixture)).sort()) {
        if (wanted.length > 0 && !wanted.includes(release)) continue;
        await runRelease(cluster.adminUrl, fixture, release);
      }
    }
  } finally {
    await cluster.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
  report();
}

async function runRelease(adminUrl: string, fixture: string, release: string): Promise<void> {
  const folder = join(VECTORS, fixture, release);
  const file = JSON.parse(readFileSync(join(folder, 'cases.json'), 'utf8')) as RecordedFile;
  const { databaseUrl, recordedAt } = await restore(
    adminUrl,
    folder,
    `${fixture}_${release.replace('.', '_')}`,
  );
  const config = readConfig({ PORT: '0', DATABASE_URL: databaseUrl });
  const service = await startService(config, databaseUrl, createLogger('silent'), () => recordedAt);
  const agent = new URL(service.url);
  let passed = 0;
  for (const recorded of file.cases) {
    const ours = await send(agent, recorded);
    const verdict = judge(recorded, ours);
    const name = typeof verdict === 'string' ? verdict : 'DIFFERS';
    tally.set(name, (tally.get(name) ?? 0) + 1);
    if (typeof verdict === 'string') passed += 1;
    else failures.push(`${fixture}/${release} ${recorded.name}: ${verdict.problem}`);
  }
  await service.close();
  console.log(`${fixture}/${release}: ${passed} of ${file.cases.length}`);
}

function judge(recorded: RecordedCase, ours: OurAnswer) {
  const verdict = classify(recorded, ours, fitsContract);
  if (typeof verdict !== 'string' || ours.status === 204 || recorded.method === 'HEAD')
    return verdict;
  const problems = checkAnswer(OPERATION, ours);
  return problems.length > 0 ? { problem: `breaks the contract: ${problems.join('; ')}` } : verdict;
}

function fitsContract(body: unknown): boolean {
  const text = JSON.stringify(toContract(body as Record<string, unknown>));
  const problems = checkAnswer(OPERATION, {
    status: 200,
    headers: new Headers({ 'content-type': 'application/json' }),
    text,
  });
  return problems.every((problem) => problem.startsWith('the header'));
}

/** Restores the dump into a database of its own and opens it to the least-privilege role. */
async function restore(
  adminUrl: string,
  folder: string,
  database: string,
): Promise<{ databaseUrl: string; recordedAt: Date }> {
  await withClient(adminUrl, (client) => client.query(`CREATE DATABASE ${database}`));
  const url = new URL(adminUrl);
  url.pathname = `/${database}`;
  const dump = gunzipSync(readFileSync(join(folder, 'db.sql.gz'))).toString('utf8');
  await withClient(url.href, (client) => client.query(dump));
  const recordedAt = await withClient(url.href, async (client) => {
    const { rows } = await client.query<{ roles: boolean; renamed: boolean }>(
      `SELECT to_regclass('authentik_core_groupparentage') IS NOT NULL AS roles,
        to_regclass('authentik_core_user_ak_groups') IS NULL AS renamed`,
    );
    const file = rows[0]?.renamed ? '2026.2.sql' : rows[0]?.roles ? '2025.12.sql' : '2023.10.sql';
    await client.query(readFileSync(join(packageRoot, 'prisma', 'reader-role', file), 'utf8'));
    await client.query(`ALTER ROLE ${ROLE} PASSWORD '${PASSWORD}'`);
    // Where authentik does not take "no expiry" from its API, the fixtures have tokens that end half an hour later.
    const newest = await client.query<{ at: Date }>(
      'SELECT max(date_joined) AS at FROM public.authentik_core_user',
    );
    return newest.rows[0]?.at as Date;
  });
  url.username = ROLE;
  url.password = PASSWORD;
  return { databaseUrl: url.href, recordedAt };
}

async function withClient<Result>(
  url: string,
  use: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

function send({ hostname, port }: URL, recorded: RecordedCase): Promise<OurAnswer> {
  return new Promise((resolve, reject) => {
    const { method, path, headers } = recorded;
    const outgoing = request(
      { hostname, port, method, path, headers: { Host: 'ak.example', ...headers } },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('end', () => {
          resolve({
            status: incoming.statusCode ?? 0,
            headers: new Headers(incoming.headers as Record<string, string>),
            text: Buffer.concat(chunks).toString('utf8'),
          });
        });
      },
    );
    outgoing.on('error', reject);
    outgoing.end();
  });
}

function report(): void {
  console.log('\nclass                 cases');
  for (const [name, cases] of [...tally].sort()) console.log(`${name.padEnd(22)}${cases}`);
  for (const failure of failures) console.log(`\n${failure}`);
  const total = [...tally.values()].reduce((sum, cases) => sum + cases, 0);
  console.log(`\n${total - failures.length} passed, ${failures.length} failed`);
  if (failures.length > 0) process.exitCode = 1;
}

await main();
