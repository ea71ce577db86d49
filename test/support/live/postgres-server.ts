import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, closeSync, cpSync, mkdtempSync, openSync, readdirSync, rmSync } from 'node:fs';
import { appendFile, chown, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureCluster } from '../../../src/data/embedded/cluster.js';
import { urlOf } from '../../../src/data/embedded/connection.js';
import {
  READER,
  type Role,
  readPassword,
  SUPERUSER,
} from '../../../src/data/embedded/passwords.js';
import { DATABASE, seed } from '../../../src/data/embedded/seed.js';
import { serverEnvironment } from '../../../src/data/embedded/server-environment.js';
import { chooseSite, type Site } from '../../../src/data/embedded/site.js';
import { onConnection, type Row } from '../postgres.js';
import { childrenOf } from './processes.js';
import { until } from './until.js';

/** A PostgreSQL with the demo data, which a test may hurt. */
export interface PostgresServer {
  readonly port: number;
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
  /** A hot standby that follows this server. This server is restarted for it. */
  createReplica(...settings: string[]): Promise<PostgresServer>;
  remove(): Promise<void>;
}

const READY_TIMEOUT_MS = 20_000;

/** Creates a cluster of its own and starts it; each setting is a `name=value` of postgresql.conf. */
export async function createPostgres(...settings: string[]): Promise<PostgresServer> {
  const folder = createFolder();
  const site = await chooseSite(join(folder, 'data'));
  await ensureCluster(site);
  const server = await serverOf(site, folder, settings);
  await server.start();
  await seed({ home: site.home, port: server.port });
  return server;
}

/** Open to the account that runs the server, which is not always ours. */
function createFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'authentik-stages-live-'));
  chmodSync(folder, 0o711);
  return folder;
}

/** `folder` is removed with the server, and nothing else. */
async function serverOf(
  site: Site,
  folder: string,
  settings: readonly string[],
): Promise<PostgresServer> {
  const target = { home: site.home, port: await findFreePort() };
  const addressFor = (role: Role) => urlOf(target, role, DATABASE);
  const startUrl = urlOf(target, SUPERUSER, 'postgres');
  let running: ChildProcess | undefined;

  function signalAll(signal: NodeJS.Signals): void {
    const pid = running?.pid;
    if (pid === undefined) throw new Error('The server does not run.');
    // The postmaster first, so that it starts no further process.
    for (const each of [pid, ...childrenOf(pid)]) kill(each, signal);
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    if (!running || running.exitCode !== null || running.signalCode !== null) return;
    const exited = once(running, 'exit');
    running.kill(signal);
    await exited;
    running = undefined;
  }

  const server: PostgresServer = {
    port: target.port,
    url: addressFor(READER),
    adminUrl: addressFor(SUPERUSER),
    passwords: [READER, SUPERUSER].map((role) => readPassword(site.home, role as Role)),
    async start() {
      running = launch(site, target.port, settings);
      const isReady = () => onConnection(startUrl, async () => true).catch(() => false);
      await until('PostgreSQL is ready', isReady, READY_TIMEOUT_MS);
    },
    stop: () => end('SIGINT'),
    freeze: () => signalAll('SIGSTOP'),
    thaw: () => signalAll('SIGCONT'),
    sql: (text, parameters) =>
      onConnection(addressFor(SUPERUSER), async (client) => {
        return (await client.query(text, parameters)).rows;
      }),
    async killClients() {
      const killed = await server.sql(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE application_name = 'authentik-stages-password'`,
      );
      return killed.length;
    },
    async createReplica(...replicaSettings) {
      const replicaFolder = createFolder();
      const copy = await chooseSite(join(replicaFolder, 'data'));
      // A copy of a server that was shut down is a base that a standby can start from.
      await server.stop();
      cpSync(site.home, copy.home, { recursive: true });
      await ownAs(copy);
      await server.start();
      const { hostname, port, username, password } = new URL(addressFor(SUPERUSER));
      const source = `host=${hostname} port=${port} user=${username} password=${password}`;
      await appendFile(join(copy.cluster, 'postgresql.conf'), `primary_conninfo = '${source}'\n`);
      await writeFile(join(copy.cluster, 'standby.signal'), '');
      const replica = await serverOf(copy, replicaFolder, replicaSettings);
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

function launch(
  { home, cluster, account, programs }: Site,
  port: number,
  settings: readonly string[],
): ChildProcess {
  const log = openSync(join(home, 'postgres.log'), 'a', 0o600);
  const fixed = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'fsync=off'];
  const child = spawn(
    join(programs, 'postgres'),
    ['-D', cluster, '-p', String(port), ...[...fixed, ...settings].flatMap((each) => ['-c', each])],
    { ...account, cwd: cluster, env: serverEnvironment(), stdio: ['ignore', log, log] },
  );
  closeSync(log);
  const abandon = () => child.kill('SIGQUIT');
  process.once('exit', abandon);
  child.once('exit', () => process.off('exit', abandon));
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

async function ownAs({ cluster, account }: Site): Promise<void> {
  if (!account) return;
  const names = readdirSync(cluster, { recursive: true, encoding: 'utf8' });
  for (const name of ['', ...names]) await chown(join(cluster, name), account.uid, account.gid);
}

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
