/** Opens the demo database: a PostgreSQL of this process alone, in a temporary folder that ends with it. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import pg from 'pg';
import { packageRoot } from '../package-root.js';
import { type Account, findPrograms, findServerAccount, linkLibraries } from './programs.js';

export interface DemoDatabase {
  /** Connects as the role that may read only what the service reads. */
  readonly url: string;
  /** Connects as superuser. */
  readonly adminUrl: string;
  /** Ends all connections and the server, and removes its files. */
  close(): Promise<void>;
}

const FILES = ['demo/tables.sql', 'demo/seed.sql', 'reader-role/2023.10.sql'];
const PREFIX = 'authentik-stages-demo-';
/** Long enough to copy the programs to a slow disk. */
const ABANDONED_AFTER_MS = 10 * 60_000;

/**
 * Runs the server in the folder $1 until its input ends, which it does however our process ends, and removes the
 * folder. Holds the FIFO `held` open as long as it lives. SIGQUIT is PostgreSQL's immediate shutdown; the server
 * ignores it until it has written postmaster.pid.
 */
const WATCHDOG = `
umask 077
trap '' HUP INT TERM PIPE
cd "$1" || { echo "$(id -un) cannot enter $1" >&2; exit; }
mkfifo new && exec 3<>new 4<&0 && mv new held || exit
read -r password
printf %s "$password" | native/bin/initdb --pgdata=cluster --username=postgres --pwfile=/dev/stdin \
  --auth=scram-sha-256 --encoding=UTF8 --locale=C --no-sync --no-instructions 3<&- 4<&- && {
  native/bin/postgres -D cluster -p "$2" -c listen_addresses=127.0.0.1 -c unix_socket_directories= \
    -c fsync=off -c dynamic_shared_memory_type=mmap 3<&- 4<&- &
  server=$!
  { read -r _; until [ -e cluster/postmaster.pid ]; do sleep 1; done; kill -QUIT $server; } <&4 3<&- &
  wait $server
  kill -KILL $!
}
cd / && rm -rf "$1"`;

/** Takes about a second. Rejects with a sentence that has the reason and the remedy. */
export async function openDemoDatabase(): Promise<DemoDatabase> {
  try {
    const programs = findPrograms();
    const account = findServerAccount();
    removeAbandoned(account);
    // Where the package's programs do not run (a folder above is closed, or links are missing), copies may.
    return await start(programs, account, false).catch(() => start(programs, account, true));
  } catch (cause) {
    const reason = (cause as Error).message.trim().split('\n').at(-1);
    throw new Error(
      `The demo database does not start: ${reason}. Set DATABASE_URL to serve your authentik, or TMPDIR to a folder other than ${tmpdir()} with 150 MB of space.`,
      { cause },
    );
  }
}

async function start(source: string, account: Account, isCopied: boolean): Promise<DemoDatabase> {
  const folder = createFolder(source, account, isCopied);
  // Below the ports of outgoing connections. One that is taken fails this attempt.
  const port = randomInt(20_000, 32_000);
  const [adminPassword, readerPassword] = [createPassword(), createPassword()];
  const urlOf = (role: string, password: string) =>
    `postgresql://${role}:${password}@127.0.0.1:${port}/postgres?sslmode=disable`;
  const watchdog = spawn('/bin/sh', ['-c', WATCHDOG, 'sh', folder, String(port)], {
    ...account,
    cwd: '/',
    // PGDATA and its like are about another server, and secrets are not for another account.
    env: { PATH: process.env.PATH, LC_ALL: 'C' },
    // A session of its own: the terminal's Ctrl-C is for us, who still have requests to finish.
    detached: true,
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  const ended = once(watchdog, 'close');
  const close = async () => {
    watchdog.stdin.end();
    await ended.catch(() => {});
    remove(folder);
  };
  try {
    // A watchdog that ends early closes the pipe; `untilReady` rejects with the reason.
    watchdog.stdin.on('error', () => {}).write(`${adminPassword}\n`);
    await untilReady(watchdog.stderr, ended);
    await seed(urlOf('postgres', adminPassword), readerPassword);
  } catch (error) {
    await close();
    throw error;
  }
  const url = urlOf('authentik_stages_reader', readerPassword);
  return { url, adminUrl: urlOf('postgres', adminPassword), close };
}

/** Only the server's account can enter it, whatever our umask says. Root must not follow names in it afterwards. */
function createFolder(source: string, account: Account, isCopied: boolean): string {
  const folder = fs.mkdtempSync(join(tmpdir(), PREFIX));
  const programs = join(folder, 'native');
  try {
    fs.chmodSync(folder, 0o700);
    if (isCopied) execFileSync('/bin/sh', ['-c', COPY, source, programs], { stdio: 'pipe' });
    else fs.symlinkSync(source, programs);
    linkLibraries(programs);
    if (account) execFileSync('chown', ['-Rh', `${account.uid}:${account.gid}`, folder]);
    return folder;
  } catch (error) {
    remove(folder);
    throw error;
  }
}

/** The original may be read-only, folders included. */
const COPY = 'umask 077; cp -RP "$0" "$1" && chmod -R u+w "$1"';

/** What cannot be removed now is left to the next start. */
function remove(folder: string): void {
  spawnSync('/bin/sh', ['-c', 'chmod -R u+w "$0"; rm -rf "$0"', folder]);
}

const createPassword = () => randomBytes(24).toString('base64url');

async function untilReady(stderr: Readable, ended: Promise<unknown>): Promise<void> {
  let log = '';
  const ready = new Promise<boolean>((resolve) => {
    stderr.setEncoding('utf8').on('data', (text: string) => {
      log = (log + text).slice(-10_000);
      if (log.includes('ready to accept connections')) resolve(true);
    });
  });
  if (await Promise.race([ready, ended.then(() => false)])) return;
  throw new Error(/(?:error|fatal|panic): +(.*)/i.exec(log)?.[1] ?? log);
}

async function seed(connectionString: string, readerPassword: string): Promise<void> {
  const texts = FILES.map((name) => fs.readFileSync(join(packageRoot, 'prisma', name), 'utf8'));
  texts.push(`ALTER ROLE authentik_stages_reader PASSWORD '${readerPassword}'`);
  // Otherwise PGOPTIONS and PGCLIENT_ENCODING would apply, which are about another server.
  const settings = { options: '-c search_path=public', client_encoding: 'UTF8' };
  const client = new pg.Client({ connectionString, ...settings });
  await client.connect();
  await client.query(texts.join('\n')).finally(() => client.end());
}

/** A server that outlives its watchdog notices the loss of its files within a minute, and ends. */
function removeAbandoned(account: Account): void {
  for (const name of fs.readdirSync(tmpdir())) {
    const folder = join(tmpdir(), name);
    if (name.startsWith(PREFIX) && isAbandoned(folder, account)) remove(folder);
  }
}

function isAbandoned(folder: string, account: Account): boolean {
  let isOld = false;
  try {
    const { uid, mtimeMs } = fs.lstatSync(folder);
    if (uid !== account?.uid && uid !== process.getuid?.()) return false;
    isOld = Date.now() - mtimeMs > ABANDONED_AFTER_MS;
    // Fails for a FIFO that nobody holds. The watchdog may be in another container, where no signal finds it.
    const { O_WRONLY, O_NONBLOCK, O_NOFOLLOW } = fs.constants;
    fs.closeSync(fs.openSync(join(folder, 'held'), O_WRONLY | O_NONBLOCK | O_NOFOLLOW));
    return false;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENXIO' || (code === 'ENOENT' && isOld);
  }
}
