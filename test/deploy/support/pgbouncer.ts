import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../../support/live/until.js';
import { onConnection } from '../../support/postgres.js';
import { findFreePort } from './free-port.js';
import { launch } from './launch.js';
import { requireProgram } from './programs.js';
import { unprivileged } from './unprivileged.js';

export interface PgBouncer {
  /** The database's address, through the pooler. */
  readonly url: string;
  stop(): Promise<void>;
}

/** Puts PgBouncer before a database, in transaction mode and without prepared statements. */
export async function startPgBouncer(databaseUrl: string, poolSize: number): Promise<PgBouncer> {
  const program = requireProgram('pgbouncer');
  const folder = mkdtempSync(join(tmpdir(), 'authentik-stages-pgbouncer-'));
  // It does not run as root.
  chmodSync(folder, 0o755);
  const { username, password, hostname, port } = new URL(databaseUrl);
  const url = new URL(databaseUrl);
  url.hostname = '127.0.0.1';
  url.port = String(await findFreePort());
  writeFileSync(join(folder, 'users.txt'), `"${username}" "${decodeURIComponent(password)}"\n`);
  writeFileSync(
    join(folder, 'pgbouncer.ini'),
    `
    [databases]
    * = host=${hostname} port=${port}
    [pgbouncer]
    listen_addr = ${url.hostname}
    listen_port = ${url.port}
    unix_socket_dir =
    auth_type = scram-sha-256
    auth_file = ${join(folder, 'users.txt')}
    pool_mode = transaction
    default_pool_size = ${poolSize}
    ${knowsPreparedStatements(program) ? 'max_prepared_statements = 0' : ''}
    `.replaceAll(/^ +/gm, ''),
  );
  const pooler = launch([program, join(folder, 'pgbouncer.ini')], unprivileged());
  await until('PgBouncer answers', () => {
    if (!pooler.isRunning()) throw new Error(pooler.output());
    return onConnection(url.href, async () => true).catch(() => false);
  });
  return {
    url: url.href,
    async stop() {
      pooler.child.kill('SIGINT');
      await pooler.ended;
      rmSync(folder, { recursive: true });
    },
  };
}

/** Since 1.21; earlier ones do not start with a setting that they do not know. */
function knowsPreparedStatements(program: string): boolean {
  const version = execFileSync(program, ['--version'], { encoding: 'utf8' });
  const [, major, minor] = /PgBouncer (\d+)\.(\d+)/.exec(version) ?? [];
  return Number(major) > 1 || Number(minor) >= 21;
}
