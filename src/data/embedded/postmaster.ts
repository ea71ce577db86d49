/** The running server of a cluster: finds it, starts it, stops it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { findPostmaster, type Postmaster } from './postmaster-file.js';
import { serverEnvironment } from './server-environment.js';
import type { Site } from './site.js';

const POLL_MS = 10;
const START_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 10_000;
/** Long enough for the last processes of a killed server to notice and go. */
const LAUNCH_PATIENCE_MS = 3_000;
const RELAUNCH_MS = 50;

const logFile = (site: Site) => join(site.home, 'postgres.log');

/** Returns the server that runs already, whoever started it, or else a new one. */
export async function startOrAttach(site: Site): Promise<Postmaster> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  const patience = Date.now() + LAUNCH_PATIENCE_MS;
  for (;;) {
    const running = await settled(site, deadline);
    if (running) return running;
    if (await launch(site, deadline)) continue;
    if (Date.now() > patience) break;
    await pause(RELAUNCH_MS);
  }
  const log = readFileSync(logFile(site), 'utf8').trim().split('\n').slice(-5).join('\n');
  throw new Error(`The embedded PostgreSQL in ${site.home} does not start:\n${log}`);
}

/** Waits while a server is on its way up or down. */
async function settled({ cluster }: Site, deadline: number): Promise<Postmaster | undefined> {
  for (;;) {
    const found = findPostmaster(cluster);
    if (!found || found.isReady || Date.now() > deadline) return found?.isReady ? found : undefined;
    await pause(POLL_MS);
  }
}

/** Returns whether the server got ready; if not, another was faster or took the port. */
async function launch(site: Site, deadline: number): Promise<boolean> {
  const { cluster, account, programs } = site;
  const log = openSync(logFile(site), 'a', 0o600);
  const server = spawn(
    join(programs, 'postgres'),
    [
      ...['-D', cluster, '-p', String(await findFreePort())],
      ...['-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories='],
    ],
    // A process group of its own: Ctrl-C is for us, who still have requests to answer.
    {
      ...account,
      cwd: cluster,
      env: serverEnvironment(),
      detached: true,
      stdio: ['ignore', log, log],
    },
  );
  closeSync(log);
  server.unref();
  let hasExited = false;
  server.once('exit', () => {
    hasExited = true;
  });
  server.once('error', () => {
    hasExited = true;
  });
  while (!hasExited && Date.now() < deadline) {
    const found = findPostmaster(cluster);
    if (found?.pid === server.pid && found?.isReady) return true;
    await pause(POLL_MS);
  }
  return false;
}

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Ends all connections and waits until the server is gone; it is forced to go if it takes too long. */
export async function stopPostmaster({ cluster }: Site, pid: number): Promise<void> {
  const isGone = () => findPostmaster(cluster)?.pid !== pid;
  // Fast shutdown, then immediate shutdown, in PostgreSQL's words.
  for (const signal of ['SIGINT', 'SIGQUIT'] as const) {
    const deadline = Date.now() + STOP_TIMEOUT_MS;
    if (!isGone()) process.kill(pid, signal);
    while (!isGone() && Date.now() < deadline) await pause(POLL_MS);
  }
}
