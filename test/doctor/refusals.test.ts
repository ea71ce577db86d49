import type { AddressInfo } from 'node:net';
import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { createDatabase, type TestDatabase } from '../support/postgres.js';
import { startTestService } from '../support/service.js';
import { examine, linesOf } from './examine.js';

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

async function open(): Promise<TestDatabase> {
  const db = await createDatabase('2024.6');
  cleanups.push(() => db.drop());
  return db;
}

/** A server that is not PostgreSQL, or no longer. */
async function listen(onConnection: (socket: Socket) => void): Promise<string> {
  const sockets: Socket[] = [];
  const server: Server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
    onConnection(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return `postgresql://user:secret-of-the-url@127.0.0.1:${(server.address() as AddressInfo).port}/authentik`;
}

function changed(url: string, change: (parts: URL) => void): string {
  const parts = new URL(url);
  change(parts);
  return parts.href;
}

const MAX_MS = 5000;

/** What a start says as it refuses. */
async function refusal(url: string, environment?: Readonly<Record<string, string>>) {
  const startedAt = performance.now();
  const error = await startTestService(url, { ...(environment && { environment }) }).then(
    async (service) => {
      await service.close();
      throw new Error('It started.');
    },
    (reason: Error) => reason,
  );
  expect(performance.now() - startedAt).toBeLessThan(MAX_MS);
  return error.message;
}

type Broken = () => Promise<{ url: string; environment?: Readonly<Record<string, string>> }>;

const BROKEN: [string, Broken, RegExp][] = [
  [
    'an empty database',
    async () => {
      const db = await open();
      await db.sql('DROP SCHEMA public CASCADE');
      return db;
    },
    /^There are no tables of authentik in the schema "public" of the database "test_.* check the database name/,
  ],
  [
    'another schema',
    async () => ({ url: (await open()).url, environment: { DATABASE_SCHEMA: 't_nobody' } }),
    /^There are no tables of authentik in the schema "t_nobody" .* They are in "public": set DATABASE_SCHEMA/,
  ],
  [
    'an authentik that is too old',
    async () => {
      const db = await open();
      await db.sql('DROP TABLE authentik_rbac_role, authentik_core_group_roles');
      return db;
    },
    /before 2023\.10: there is no authentik_rbac_role\. Supported are .*2023\.10 to 2026\.2\. Upgrade authentik\.$/,
  ],
  [
    'half a migration',
    async () => {
      const db = await open();
      await db.sql('ALTER TABLE authentik_core_group DROP parent_id');
      return db;
    },
    /of no known release\. .*authentik_core_group\.parent_id is missing\. Supported are .* run them again\.$/,
  ],
  [
    'missing grants',
    async () => {
      const db = await open();
      await db.sql('REVOKE SELECT ON authentik_core_user FROM authentik_stages_reader');
      return db;
    },
    /may not read .* authentik_core_user \(id, is_active, type\)\. .* run prisma\/reader-role\/2023\.10\.sql\.$/,
  ],
  [
    'a wrong password',
    async () => {
      const { url } = await open();
      return { url: changed(url, (parts) => Object.assign(parts, { password: 'wrong' })) };
    },
    /does not accept this password of the role "authentik_stages_reader", .* Correct DATABASE_URL\.$/,
  ],
  [
    'a wrong database name',
    async () => {
      const { url } = await open();
      return { url: changed(url, (parts) => Object.assign(parts, { pathname: '/nowhere' })) };
    },
    /has no database "nowhere"\. Correct the database name in DATABASE_URL\.$/,
  ],
  [
    'a server without TLS that is asked for it',
    async () => {
      const { url } = await open();
      return { url: changed(url, (parts) => parts.searchParams.set('sslmode', 'verify-full')) };
    },
    /^No TLS connection .*does not support SSL.* Correct sslmode/,
  ],
  [
    'no right to connect',
    async () => {
      const db = await open();
      const name = new URL(db.url).pathname.slice(1);
      await db.sql(`REVOKE CONNECT ON DATABASE ${name} FROM PUBLIC`);
      return db;
    },
    /^The role "authentik_stages_reader" may not connect to the database "test_.* GRANT CONNECT/,
  ],
  [
    'a web server',
    async () => ({
      url: await listen((socket) =>
        socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')),
      ),
    }),
    /^What answers at 127\.0\.0\.1:\d+ is not PostgreSQL\. Check host and port in DATABASE_URL\.$/,
  ],
  [
    'a server that greets first',
    async () => ({ url: await listen((socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n')) }),
    /is not PostgreSQL/,
  ],
  [
    'a pooler that refuses startup parameters',
    async () => ({ url: await listen(refuseStartup) }),
    /refuses what we send .*statement_timeout. Set DATABASE_STARTUP_PARAMETERS=false\.$/,
  ],
];

/** PgBouncer's answer to a parameter that it does not know, without ignore_startup_parameters. */
function refuseStartup(socket: Socket): void {
  socket.on('data', () => {
    const fields = 'SFATAL\0C08P01\0Munsupported startup parameter: statement_timeout\0\0';
    const length = Buffer.alloc(4);
    length.writeInt32BE(fields.length + 4);
    socket.end(Buffer.concat([Buffer.from('E'), length, Buffer.from(fields)]));
  });
}

describe('the start and the doctor', () => {
  test.each(BROKEN)('refuse %s with what was found and what to do', async (_state, make, text) => {
    const { url, environment } = await make();
    const message = await refusal(url, environment);
    expect(message).toMatch(text);
    const report = await examine(url, environment);
    expect(report.isServable).toBe(false);
    expect(linesOf(report, 'FAIL')).toContain(message);
    expect(report.durationMs).toBeLessThan(MAX_MS);
    expect(message + report.text).not.toContain(new URL(url).password);
  });
});

describe('a database that is merely away', () => {
  test.each<[string, () => Promise<string>]>([
    ['refuses connections', async () => 'postgresql://user:secret@127.0.0.1:1/authentik'],
    ['accepts connections and never answers', () => listen(() => {})],
    ['closes connections at once', () => listen((socket) => socket.destroy())],
  ])(
    'that %s lets the service start, and the doctor say so',
    async (_state, make) => {
      const url = await make();
      const service = await startTestService(url);
      cleanups.push(() => service.close());
      expect(service.log.map(({ msg }) => msg).join('\n')).toMatch(
        /not ready until the database comes\. PostgreSQL at 127\.0\.0\.1:\d+ cannot be reached/,
      );
      const report = await examine(url);
      expect(report.isServable).toBe(false);
      expect(linesOf(report, 'FAIL').join()).toContain('Check host and port in DATABASE_URL');
      expect(report.durationMs).toBeLessThan(MAX_MS);
    },
    20_000,
  );
});
