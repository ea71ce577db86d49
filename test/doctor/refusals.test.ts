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
    /before 2023\.10: there is no authentik_rbac_role\. Supported are .*2023\.10 to 2026\.8\. Upgrade authentik\.$/,
  ],
  [
    'half a migration',
    async () => {
      const db = await open();
      await db.sql('ALTER TABLE authentik_core_group DROP parent_id');
      return db;
    },
    /of no known release\. .*authentik_core_group\.parent_id of type uuid is missing\. Supported are .* run them again\.$/,
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
    /does not accept this password of the role "authentik_stages_reader", .* Correct DATABASE_URL, or the file that DATABASE_PASSWORD_FILE names\.$/,
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
    'a missing password',
    async () => {
      const { url } = await open();
      return { url: changed(url, (parts) => Object.assign(parts, { password: '' })) };
    },
    /asks for the password of the role "authentik_stages_reader", and none is set\. Put it into DATABASE_URL/,
  ],
  [
    'row level security',
    async () => {
      const db = await open();
      await db.sql('ALTER TABLE authentik_core_user ENABLE ROW LEVEL SECURITY');
      return db;
    },
    /^Row level security may hide rows of authentik_core_user from the role .* DISABLE ROW LEVEL SECURITY/,
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
    /^What listens at 127\.0\.0\.1:\d+ is not PostgreSQL\. Check host and port in DATABASE_URL\.$/,
  ],
  [
    'a server that greets first',
    async () => ({ url: await listen((socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n')) }),
    /is not PostgreSQL/,
  ],
];

describe('the start and the doctor', () => {
  test.each(BROKEN)('refuse %s with what was found and what to do', async (_state, make, text) => {
    const { url, environment } = await make();
    const message = await refusal(url, environment);
    expect(message).toMatch(text);
    const report = await examine(url, environment);
    expect(report.isServable).toBe(false);
    expect(linesOf(report, 'FAIL')).toContain(message);
    expect(report.durationMs).toBeLessThan(MAX_MS);
    const { password } = new URL(url);
    if (password) expect(message + report.text).not.toContain(password);
  });
});

describe('a database that looks wrong and can be served', () => {
  test.each<[string, 'UTF8' | 'LATIN1', (db: TestDatabase) => string, string]>([
    [
      'a view in place of a table',
      'UTF8',
      () => `ALTER TABLE authentik_core_group RENAME TO moved;
        CREATE VIEW authentik_core_group AS SELECT * FROM moved;
        GRANT SELECT ON authentik_core_group TO authentik_stages_reader`,
      'authentik_core_group is a view, not the table that authentik made.',
    ],
    [
      'array_nulls',
      'UTF8',
      ({ url }) =>
        `ALTER ROLE authentik_stages_reader IN DATABASE ${new URL(url).pathname.slice(1)} SET array_nulls = off`,
      'array_nulls is off for this role: PostgreSQL reads NULL in an array as text.',
    ],
    [
      'the encoding',
      'LATIN1',
      () => 'SELECT 1',
      'The database is encoded in LATIN1: authentik needs UTF8, and text may be garbled.',
    ],
  ])('by %s: the start and the doctor say so', async (_what, encoding, statement, sentence) => {
    const db = await createDatabase('2024.6', { encoding });
    cleanups.push(() => db.drop());
    await db.sql(statement(db));
    const service = await startTestService(db.url);
    cleanups.push(() => service.close());
    expect(service.log.map(({ msg }) => msg)).toContain(sentence);
    const report = await examine(db.url);
    expect(linesOf(report, 'WARN')).toContain(sentence);
    expect(report.isServable).toBe(true);
  });
});

describe('a database that is merely away', () => {
  test.each<[string, () => Promise<string>]>([
    ['refuses connections', async () => 'postgresql://user:secret@127.0.0.1:1/authentik'],
    ['accepts connections and never responds', () => listen(() => {})],
    ['closes connections at once', () => listen((socket) => socket.destroy())],
  ])(
    'that %s lets the service start, and the doctor say so',
    async (_state, make) => {
      const url = await make();
      const service = await startTestService(url);
      cleanups.push(() => service.close());
      const sentence = expect.stringMatching(/^PostgreSQL at 127\.0\.0\.1:\d+ cannot be reached: /);
      expect(service.advice).toEqual([sentence]);
      const line = service.log.find(({ msg }) => msg === 'not ready until the database comes');
      // Without the kilobytes of stack and code that Prisma has for it.
      expect(line?.err).toEqual({ type: 'DatabaseError', message: expect.any(String) });
      const report = await examine(url);
      expect(report.isServable).toBe(false);
      expect(linesOf(report, 'FAIL').join()).toContain('Check host and port in DATABASE_URL');
      expect(report.durationMs).toBeLessThan(MAX_MS);
    },
    20_000,
  );
});
