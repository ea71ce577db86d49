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

export type DemoDatabase = Awaited<ReturnType<typeof openDemoDatabase>>;

const FILES = ['demo/tables.sql', 'demo/seed.sql', 'reader-role/2023.10.sql'];
const LINK = 'ln -s "$0" "$1"';
/** The original may be read-only, folders included. */
const COPY = 'umask 077; cp -RP "$0" "$1" && chmod -R u+w "$1"';
/** Long enough to copy the programs to a slow disk. */
const HALF_MADE_MS = 10 * 60_000;
const PREFIX = 'authentik-stages-demo-';

/**
 * Takes about a second. `url` connects as the role that may read only what the service reads, `adminUrl` as superuser;
 * `close` ends all connections and the server, and removes its files. Rejects with a sentence that has the reason and
 * the remedy.
 */
export async function openDemoDatabase() {
  try {
    const programs = findPrograms();
    const account = findServerAccount();
    removeAbandoned(account);
    // Where the package's programs do not run (a folder above is closed, or links are missing), copies may.
    return await start(programs, account, LINK).catch(() => start(programs, account, COPY));
  } catch (cause) {
    const reason = (cause as Error).message.trim().split('\n').at(-1);
    throw new Error(
      `The demo database does not start: ${reason}. Set DATABASE_URL to serve your authentik, or TMPDIR to a folder other than ${tmpdir()} with 150 MB of space.`,
      { cause },
    );
  }
}

async function start(programs: string, account: Account, install: string) {
  const folder = fs.mkdtempSync(join(tmpdir(), PREFIX));
  // Below the ports of outgoing connections. One that is taken fails this attempt.
  const port = randomInt(20_000, 32_000);
  const [adminPassword, readerPassword] = [createPassword(), createPassword()];
  const urlOf = (role: string, password: string) =>
    `postgresql://${role}:${password}@127.0.0.1:${port}/postgres?sslmode=disable`;
  const adminUrl = urlOf('postgres', adminPassword);
  let close = async () => remove(folder);
  try {
    // Only the server's account can enter it, whatever our umask says.
    fs.chmodSync(folder, 0o700);
    execFileSync('/bin/sh', ['-c', install, programs, join(folder, 'native')], { stdio: 'pipe' });
    linkLibraries(folder);
    // Root must not follow names in it afterwards.
    if (account) execFileSync('chown', ['-Rh', `${account.uid}:${account.gid}`, folder]);
    // As text: the server's account may not be able to read our files.
    const watchdog = spawn('/bin/sh', ['-c', readSource('demo/watchdog.sh'), 'sh', folder, String(port)], {
      ...account,
      cwd: '/',
      // PGDATA and its like are about another server, and secrets are not for another account.
      env: { PATH: process.env.PATH, LC_ALL: 'C' },
      // A session of its own: the terminal's Ctrl-C is for us, who still have requests to finish.
      detached: true,
      stdio: ['pipe', 'ignore', 'pipe'],
    });
    const ended = once(watchdog, 'close');
    close = () => Promise.allSettled([ended, watchdog.stdin.end()]).then(() => remove(folder));
    // A watchdog that ends early closes the pipe; `untilReady` rejects with the reason.
    watchdog.stdin.on('error', () => {}).write(`${adminPassword}\n`);
    await Promise.race([untilReady(watchdog.stderr), ended]);
    await seed(adminUrl, readerPassword);
    return { url: urlOf('authentik_stages_reader', readerPassword), adminUrl, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** What cannot be removed now is left to the next start. */
function remove(folder: string): void {
  spawnSync('/bin/sh', ['-c', 'chmod -R u+w "$0"; rm -rf "$0"', folder]);
}

const createPassword = () => randomBytes(24).toString('base64url');

const readSource = (name: string) => fs.readFileSync(join(packageRoot, 'prisma', name), 'utf8');

/** Reads on afterwards: a pipe that nobody reads would stop the server. */
function untilReady(stderr: Readable): Promise<void> {
  let log = '';
  return new Promise((resolve, reject) => {
    stderr.setEncoding('utf8').on('data', (text: string) => {
      log = (log + text).slice(-10_000);
      if (log.includes('ready to accept connections')) resolve();
    });
    stderr.on('end', () => reject(new Error(/(?:error|fatal|panic): +(.*)/i.exec(log)?.[1] ?? log)));
  });
}

async function seed(connectionString: string, readerPassword: string): Promise<void> {
  const texts = [...FILES.map(readSource), `ALTER ROLE authentik_stages_reader PASSWORD '${readerPassword}'`];
  // Otherwise PGOPTIONS and PGCLIENT_ENCODING would apply, which are about another server.
  const client = new pg.Client({ connectionString, options: '-c search_path=public', client_encoding: 'UTF8' });
  await client.connect();
  await client.query(texts.join('\n')).finally(() => client.end());
}

/** A server that outlives its watchdog notices the loss of its files within a minute, and ends. */
function removeAbandoned(account: Account): void {
  for (const name of fs.readdirSync(tmpdir()).filter((each) => each.startsWith(PREFIX))) {
    const folder = join(tmpdir(), name);
    const stats = fs.lstatSync(folder, { throwIfNoEntry: false });
    if (!stats || (stats.uid !== account?.uid && stats.uid !== process.getuid?.())) continue;
    try {
      // Fails for a FIFO that nobody holds. The watchdog may be in another container, where no signal finds it.
      const { O_WRONLY, O_NONBLOCK, O_NOFOLLOW } = fs.constants;
      fs.closeSync(fs.openSync(join(folder, 'held'), O_WRONLY | O_NONBLOCK | O_NOFOLLOW));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENXIO' || (code === 'ENOENT' && Date.now() - stats.mtimeMs > HALF_MADE_MS)) remove(folder);
    }
  }
}
