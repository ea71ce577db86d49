import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  cpSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { appendFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findPrograms, findServerAccount, linkLibraries } from '../../../src/demo/programs.js';
import { baseTablesSql, readonlyRoleSql, seedSql } from '../generations/generations.js';
import { onConnection, type Row } from '../postgres.js';
import { findFreePort } from './free-port.js';
import { guard } from './guard.js';
import { childrenOf } from './processes.js';
import { until } from './until.js';

/** A PostgreSQL with the demo data, which a test may hurt. */
export interface PostgresServer {
  readonly port: number;
  /** The process whose children run queries, while the server runs. */
  readonly pid: number;
  /** Connects as the role that may only read, unless told otherwise. */
  readonly url: string;
  readonly adminUrl: string;
  readonly passwords: readonly string[];
  start(): Promise<void>;
  /** Ends all connections, as an administrator's restart does. */
  stop(): Promise<void>;
  /** Stops every process of the server where it stands; its sockets stay open. */
  freeze(): void;
  thaw(): void;
  /** Ends the connections of the service, and returns how many there were. */
  killClients(): Promise<number>;
  sql<T = Row>(text: string, parameters?: unknown[]): Promise<T[]>;
  /** What the server has written to its log. */
  log(): string;
  /** A hot standby that follows this server. This server is restarted for it. */
  createReplica(...settings: string[]): Promise<PostgresServer>;
  remove(): Promise<void>;
}

const READY_TIMEOUT_MS = 20_000;

const READER = 'authentik_stages_reader';
const PASSWORDS = { [READER]: 'reader-of-a-test', postgres: 'superuser-of-a-test' } as const;

/** Creates a cluster of its own and starts it; each setting is a `name=value` of postgresql.conf. */
export async function createPostgres(...settings: string[]): Promise<PostgresServer> {
  const folder = createFolder();
  const passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, PASSWORDS.postgres);
  give(folder);
  execFileSync(
    join(folder, 'native/bin/initdb'),
    [
      ...['--pgdata', join(folder, 'cluster'), '--username', 'postgres', '--pwfile', passwordFile],
      ...['--auth', 'scram-sha-256', '--encoding', 'UTF8', '--locale', 'C', '--no-sync'],
    ],
    { ...account, cwd: folder, env: ENVIRONMENT, stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const server = await serverOf(folder, settings);
  await server.start();
  await server.sql(`${baseTablesSql()}\n${seedSql()}\n${readonlyRoleSql('2024.6')}`);
  await server.sql(`ALTER ROLE ${READER} PASSWORD '${PASSWORDS[READER]}'`);
  return server;
}

const account = findServerAccount();
/** PostgreSQL's programs must not see variables such as PGDATA. */
const ENVIRONMENT = { PATH: process.env.PATH, LC_ALL: 'C' };

/** With copies of PostgreSQL's programs, since its account may not reach ours. */
function createFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'authentik-stages-live-'));
  cpSync(findPrograms(), join(folder, 'native'), { recursive: true, verbatimSymlinks: true });
  linkLibraries(folder);
  return folder;
}

function give(folder: string): void {
  if (account) execFileSync('chown', ['-R', `${account.uid}:${account.gid}`, folder]);
}

/** `folder` is removed with the server, and nothing else. */
async function serverOf(folder: string, settings: readonly string[]): Promise<PostgresServer> {
  const port = await findFreePort();
  const addressFor = (role: keyof typeof PASSWORDS) =>
    `postgresql://${role}:${PASSWORDS[role]}@127.0.0.1:${port}/postgres?sslmode=disable`;
  let running: ChildProcess | undefined;

  function pid(): number {
    if (running?.pid === undefined) throw new Error('The server does not run.');
    return running.pid;
  }

  function signalAll(signal: NodeJS.Signals): void {
    // The postmaster first, so that it starts no further process.
    for (const each of [pid(), ...childrenOf(pid())]) kill(each, signal);
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    if (!running || running.exitCode !== null || running.signalCode !== null) return;
    const exited = once(running, 'exit');
    running.kill(signal);
    await exited;
    running = undefined;
  }

  const server: PostgresServer = {
    port,
    get pid() {
      return pid();
    },
    url: addressFor(READER),
    adminUrl: addressFor('postgres'),
    passwords: Object.values(PASSWORDS),
    async start() {
      running = launch(folder, port, settings);
      const isReady = () => onConnection(server.adminUrl, async () => true).catch(() => false);
      await until('PostgreSQL is ready', isReady, READY_TIMEOUT_MS);
    },
    stop: () => end('SIGINT'),
    freeze: () => signalAll('SIGSTOP'),
    thaw: () => signalAll('SIGCONT'),
    sql: (text, parameters) =>
      onConnection(server.adminUrl, async (client) => {
        return (await client.query(text, parameters)).rows;
      }),
    async killClients() {
      const killed = await server.sql(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE application_name = 'authentik-stages-password'`,
      );
      return killed.length;
    },
    log: () => readFileSync(join(folder, 'postgres.log'), 'utf8'),
    async createReplica(...replicaSettings) {
      const copy = createFolder();
      // A copy of a server that was shut down is a base that a standby can start from.
      await server.stop();
      cpSync(join(folder, 'cluster'), join(copy, 'cluster'), { recursive: true });
      give(copy);
      await server.start();
      const { hostname, username, password } = new URL(server.adminUrl);
      const source = `host=${hostname} port=${port} user=${username} password=${password}`;
      await appendFile(join(copy, 'cluster/postgresql.conf'), `primary_conninfo = '${source}'\n`);
      await writeFile(join(copy, 'cluster/standby.signal'), '');
      const replica = await serverOf(copy, replicaSettings);
      await replica.start();
      return replica;
    },
    async remove() {
      if (running) signalAll('SIGCONT');
      await end('SIGQUIT');
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return server;
}

function launch(folder: string, port: number, settings: readonly string[]): ChildProcess {
  const log = openSync(join(folder, 'postgres.log'), 'a', 0o600);
  const fixed = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'fsync=off'];
  const child = spawn(
    join(folder, 'native/bin/postgres'),
    [
      ...['-D', join(folder, 'cluster'), '-p', String(port)],
      ...[...fixed, ...settings].flatMap((each) => ['-c', each]),
    ],
    { ...account, cwd: folder, env: ENVIRONMENT, stdio: ['ignore', log, log] },
  );
  closeSync(log);
  if (child.pid !== undefined) child.once('exit', guard(child.pid, folder));
  return child;
}

/** A process of the server may end by itself at any time. */
function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
