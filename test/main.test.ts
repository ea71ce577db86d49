import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { DEMO } from '../src/demo/demo.js';
import { packageRoot } from '../src/package-root.js';
import { checkResponse, contract, pathTo } from './support/contract.js';
import { startHttpServer } from './support/http-server.js';
import { findFreePort } from './support/live/free-port.js';
import { until } from './support/live/until.js';
import { lockTable } from './support/lock.js';
import { createDatabase, type TestDatabase } from './support/postgres.js';
import { DEMO_TOKENS } from './support/service.js';
import { parseResponse, send } from './support/wire.js';

interface Run {
  readonly pid: number;
  out(): string;
  err(): string;
  /** From now on its messages go nowhere, as on a full disk. */
  closeErr(): void;
  readonly ended: Promise<number | NodeJS.Signals>;
}

const running = new Set<number>();
afterAll(() => {
  for (const pid of running) process.kill(pid, 'SIGKILL');
});

/** Runs the program as an operator does, but from its sources. */
function run(environment: Readonly<Record<string, string>>, ...parameters: string[]): Run {
  return runBy([], environment, ...parameters);
}

/** The same by a command that runs what follows it, in its own place. */
function runBy(
  command: readonly string[],
  environment: Readonly<Record<string, string>>,
  ...parameters: string[]
): Run {
  const { PATH, HOME } = process.env;
  const main = [process.execPath, '--import', 'tsx', join(packageRoot, 'src/main.ts')];
  const [program = '', ...others] = [...command, ...main, ...parameters];
  const child = spawn(program, others, {
    cwd: packageRoot,
    env: { PATH, HOME, PORT: '0', ...environment },
  });
  const pid = child.pid as number;
  const written = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    written.out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    written.err += text;
  });
  running.add(pid);
  child.on('exit', () => running.delete(pid));
  const ended = once(child, 'close').then(([code, signal]) => code ?? signal);
  const closeErr = () => child.stderr.destroy();
  return { pid, out: () => written.out, err: () => written.err, closeErr, ended };
}

/** Resolves to the address that the program tells. */
async function addressOf({ err, pid }: Run): Promise<string> {
  const address = () => /listens on (http:\/\/[^/\s]+)/.exec(err())?.[1];
  await until('the program listens', () => !running.has(pid) || !!address(), 30_000);
  const found = address();
  if (!found) throw new Error(err());
  return found;
}

/** Makes Node take itself for an older one. */
const AS_NODE_20_18 = `--import=data:text/javascript,${encodeURIComponent(
  "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.18.3' } })",
)}`;

const AWAY = 'postgresql://user:secret@127.0.0.1:1/authentik';

describe('a start that fails', () => {
  test('names every bad variable at once, and nothing that could be secret', async () => {
    const { ended, out, err } = run({
      DATABASE_URL: 'mysql://user:secret@db/authentik',
      PORT: 'secret',
      LOG_LEVEL: 'secret',
    });
    expect(await ended).toBe(1);
    expect(out()).toBe('');
    const [title, ...problems] = err().trim().split('\n');
    expect(title).toBe('Cannot start.');
    expect(problems.map((line) => line.split(' ')[0])).toEqual([
      'DATABASE_URL',
      'PORT',
      'LOG_LEVEL',
    ]);
    expect(err()).not.toContain('secret');
  });

  test.each(['1', '2'])('names a port that is taken, with %s workers', async (WORKERS) => {
    const other = await startHttpServer(() => {});
    const database = await createDatabase('2024.6');
    const PORT = new URL(other.url).port;
    const { ended, err } = run({ DATABASE_URL: database.url, PORT, WORKERS });
    expect(await ended).toBe(1);
    expect(err()).toMatch(/^Cannot start\.\nPort \d+ of 127\.0\.0\.1 is taken\. .*set PORT .*\n$/);
    await other.close();
    await database.drop();
  });

  const firstOfAll = '/proc/sys/net/ipv4/ip_unprivileged_port_start';
  // In many containers every port is for everybody.
  if (existsSync(firstOfAll) && Number(readFileSync(firstOfAll, 'utf8')) > 80) {
    test('names a port that is for root only', async () => {
      const isRoot = process.getuid?.() === 0;
      const ordinary = isRoot ? ['setpriv', '--bounding-set=-net_bind_service'] : [];
      const { ended, err } = runBy(ordinary, { DATABASE_URL: AWAY, PORT: '80' });
      expect(await ended).toBe(1);
      expect(err()).toMatch(
        /\nPort 80 of 127\.0\.0\.1 may not be used .*Set PORT .* above 1023\.\n$/,
      );
    });
  }

  test('says what is wrong with the database', async () => {
    const database = await createDatabase('2024.6');
    await database.sql('DROP TABLE authentik_rbac_role CASCADE');
    const { ended, err } = run({ DATABASE_URL: database.url });
    expect(await ended).toBe(1);
    expect(err()).toMatch(
      /^Cannot start\.\n.* there is no authentik_rbac_role\. .* Upgrade authentik\.\n$/,
    );
    await database.drop();
  });

  test('names an address that this machine does not have', async () => {
    const DATABASE_URL = process.env.TEST_POSTGRES_READER_URL ?? '';
    const { ended, err } = run({ DATABASE_URL, HOST: 'no-host.invalid' });
    expect(await ended).toBe(1);
    expect(err()).toMatch(/^Cannot start\.\nThis machine has no address no-host\.invalid\. .*HOST/);
  });

  test('names the oldest Node that will do', async () => {
    const { ended, err } = run({ NODE_OPTIONS: AS_NODE_20_18 });
    expect(await ended).toBe(1);
    expect(err()).toBe('Cannot start.\nNode 20.18.3 is too old: this needs Node 20.19 or later.\n');
  });

  test.each([
    ['serve --port=1', /^Cannot start\.\nUnknown option '--port'.*\n\nUsage: /s],
    ['server', /^Cannot start\.\nThere is no command "server"\.\n\nUsage: /],
  ])('explains its use to who calls %j', async (line, message) => {
    const { ended, err } = run({}, ...line.split(' '));
    expect(await ended).toBe(1);
    expect(err()).toMatch(message);
  });
});

describe('a start that goes on', () => {
  test.each([
    '1',
    '2',
  ])('says before all else that the database is away, with %s workers', async (WORKERS) => {
    const program = runBy(['sh', '-c', 'exec "$@" 2>&1', 'sh'], { DATABASE_URL: AWAY, WORKERS });
    await until('it listens', () => program.out().includes('listens on'), 30_000);
    process.kill(program.pid, 'SIGTERM');
    expect(await program.ended).toBe(0);
    const [first, ...others] = program.out().split('\n');
    expect(first).toMatch(
      /^PostgreSQL at 127\.0\.0\.1:1 cannot be reached: .* no firewall is in between\.$/,
    );
    expect(others.join('\n')).not.toContain('firewall');
    expect(Math.max(...others.map((line) => line.length))).toBeLessThan(500);
  });

  test('serves although standard error takes nothing', async () => {
    const port = await findFreePort();
    const environment = { DATABASE_URL: AWAY, PORT: String(port) };
    const program = run(environment);
    program.closeErr();
    const url = `http://127.0.0.1:${port}`;
    const isServed = () =>
      send(url, '/livez').then(
        ({ status }) => status === 200,
        () => false,
      );
    await until('it serves', () => !running.has(program.pid) || isServed(), 30_000);
    process.kill(program.pid, 'SIGTERM');
    expect(await program.ended).toBe(0);
  });
});

describe('a signal', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createDatabase('2024.6', { seed: true });
  });
  afterAll(() => database.drop());

  test.each([
    'SIGTERM',
    'SIGINT',
    'SIGHUP',
  ] as const)('%s lets a running request finish, refuses new ones, and ends the program with 0', async (signal) => {
    const program = run({
      DATABASE_URL: database.url,
    });
    const url = await addressOf(program);
    const lock = await lockTable(database, 'authentik_flows_stage');
    const headers = { Authorization: `Bearer ${DEMO_TOKENS.administrator}` };
    const response = send(url, pathTo(DEMO.stageUuid), { headers });
    await lock.isFelt();
    process.kill(program.pid, signal);
    await until('the end has begun', async () => (await send(url, '/readyz')).status === 503);
    await lock.release();
    expect((await response).status).toBe(200);
    expect(await program.ended).toBe(0);
  });
});

describe('a start without DATABASE_URL', () => {
  let program: Run;
  let url: string;
  beforeAll(async () => {
    program = run({ DATABASE_URL: '', DATABSE_URL: 'postgresql://db/authentik' });
    url = await addressOf(program);
  });

  test('tells where it listens, what data it serves, and why that may not be what is meant', () => {
    expect(program.err()).toMatch(/^DATABSE_URL is not a setting\. .*\nDATABASE_URL is empty, /);
    expect(program.err()).toContain(`${url}${contract.basePath}/`);
    expect(program.err()).toMatch(/demo data.*DATABASE_URL/);
  });

  test('prints a curl line that works', async () => {
    const [curl] = /^ +curl .*$/m.exec(program.err()) ?? [];
    const { stdout } = await promisify(execFile)('sh', ['-c', `${curl} --silent --include`]);
    const response = parseResponse(stdout);
    expect(response.status).toBe(200);
    expect(checkResponse('stages_password_retrieve', response)).toEqual([]);
    expect(JSON.parse(response.text).name).toBe('default-authentication-password');
  });

  test('keeps the log apart, one JSON object a line, without the token', () => {
    const lines = program.out().trim().split('\n');
    expect(lines.map((line) => typeof JSON.parse(line))).toEqual(lines.map(() => 'object'));
    expect(program.out()).not.toContain(DEMO.administratorToken);
  });

  test('ends with 0', async () => {
    process.kill(program.pid, 'SIGTERM');
    expect(await program.ended).toBe(0);
  });
});
