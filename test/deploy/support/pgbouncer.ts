import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreePort } from '../../support/live/free-port.js';
import { launch, unprivileged } from '../../support/live/launch.js';
import { until } from '../../support/live/until.js';
import { onConnection } from '../../support/postgres.js';
import { requireProgram } from './programs.js';
import type { RunningProxy } from './proxies.js';

/** Puts PgBouncer before a database, in transaction mode and without prepared statements. The `url` is the database's. */
export async function startPgBouncer(databaseUrl: string, poolSize: number): Promise<RunningProxy> {
  const program = requireProgram('pgbouncer');
  const folder = mkdtempSync(join(tmpdir(), 'authentik-stages-pgbouncer-'));
  // It does not run as root.
  chmodSync(folder, 0o755);
  const { username, password, hostname, port } = new URL(databaseUrl);
  const url = new URL(databaseUrl);
  url.host = `127.0.0.1:${await findFreePort()}`;
  // Since 1.21; earlier ones do not start with a setting that they do not know.
  const version = execFileSync(program, ['--version'], { encoding: 'utf8' });
  const [, minor] = /PgBouncer 1\.(\d+)/.exec(version) ?? [];
  const settings = [
    '[databases]',
    `* = host=${hostname} port=${port}`,
    '[pgbouncer]',
    `listen_addr = ${url.hostname}`,
    `listen_port = ${url.port}`,
    'unix_socket_dir =',
    'auth_type = scram-sha-256',
    `auth_file = ${folder}/users.txt`,
    'pool_mode = transaction',
    `default_pool_size = ${poolSize}`,
    ...(Number(minor) >= 21 ? ['max_prepared_statements = 0'] : []),
  ];
  writeFileSync(join(folder, 'users.txt'), `"${username}" "${decodeURIComponent(password)}"\n`);
  writeFileSync(join(folder, 'pgbouncer.ini'), settings.join('\n'));
  const pooler = launch([program, join(folder, 'pgbouncer.ini')], unprivileged());
  await until('PgBouncer responds', () => {
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
