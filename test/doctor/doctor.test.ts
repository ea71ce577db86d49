import { afterEach, describe, expect, test } from '@jest/globals';
import { insertPasswordStage } from '../support/fixtures.js';
import { RELEASES, type Release, readonlyRoleSql } from '../support/generations/generations.js';
import { openTcpProxy, through } from '../support/live/tcp-proxy.js';
import {
  createDatabase,
  type DatabaseOptions,
  onConnection,
  type TestDatabase,
} from '../support/postgres.js';
import { startTestService } from '../support/service.js';
import { examine, linesOf } from './examine.js';

const opened: TestDatabase[] = [];
afterEach(async () => {
  for (const db of opened.splice(0)) await db.drop();
});
async function open(release: Release, options?: DatabaseOptions): Promise<TestDatabase> {
  const db = await createDatabase(release, options);
  opened.push(db);
  return db;
}

describe('the doctor', () => {
  test.each(RELEASES)('finds nothing to say against %s and its role', async (release) => {
    const db = await open(release, { seed: true });
    const report = await examine(db.url);
    expect(linesOf(report, 'WARN')).toEqual([]);
    expect(linesOf(report, 'FAIL')).toEqual([]);
    expect(report.isServable).toBe(true);
    expect(report.text).toContain(`PostgreSQL 18`);
    expect(report.text).toContain('Tokens are looked up by the function of the role file');
    expect(report.text).toContain('A primary, not a hot standby');
    expect(report.text).toContain('Password stages: 2\n');
    expect(report.text).toMatch(/can serve this database \(0 problems, 0 warnings\)\.\n$/);
  });

  test('names the tables and columns that are read, and how', async () => {
    const db = await open('2026.2');
    const lines = linesOf(await examine(db.url), 'ok');
    expect(lines).toEqual(
      expect.arrayContaining([
        'authentik_core_token: token_uuid, key, intent, user_id, expires, expiring, by the function only',
        'authentik_core_user: id, is_active, type',
        'authentik_core_user_groups: user_id, group_id',
        'authentik_flows_stage: stage_uuid, name',
      ]),
    );
  });

  test('shows no password', async () => {
    const db = await open('2024.6');
    const { password } = new URL(db.url);
    expect(password).not.toBe('');
    const wrong = db.url.replace(password, 'a-wrong-password');
    for (const url of [db.url, wrong, db.adminUrl]) {
      const { text } = await examine(url);
      expect(text).not.toContain(new URL(url).password);
    }
  });

  test('marks each column that cannot be read, and says what to run', async () => {
    const db = await open('2024.6');
    await db.sql('REVOKE SELECT (type) ON authentik_core_user FROM authentik_stages_reader');
    await db.sql('ALTER TABLE authentik_flows_flow DROP layout');
    const report = await examine(db.url);
    expect(report.isServable).toBe(false);
    expect(linesOf(report, 'FAIL')).toEqual([
      expect.stringContaining('layout (is missing)'),
      'authentik_core_user: id, is_active, type (SELECT not granted)',
      expect.stringContaining('authentik_flows_flow.layout is missing'),
      expect.stringContaining('run prisma/reader-role/2023.10.sql'),
    ]);
  });

  test('warns of a superuser', async () => {
    const report = await examine((await open('2024.6')).adminUrl);
    // A superuser could call the function as well.
    expect(linesOf(report, 'WARN')[0]).toMatch(/^"postgres" is a superuser/);
    expect(report.isServable).toBe(true);
  });

  test('warns of stages that the contract cannot express, by field', async () => {
    const db = await open('2024.6');
    const backends = ['authentik.core.auth.MagicBackend'];
    await insertPasswordStage(db, { name: 'magic', backends });
    const report = await examine(db.url);
    expect(linesOf(report, 'WARN')).toEqual([
      expect.stringMatching(/^The stage "magic" .* gets 500: \/backends\/0 must be/),
    ]);
  });

  test('warns of a database without a password stage', async () => {
    const report = await examine((await open('2024.6')).url);
    expect(linesOf(report, 'WARN')).toEqual(['There is no password stage']);
  });

  test('stops at its deadline when nothing responds', async () => {
    const db = await open('2024.6');
    const proxy = await openTcpProxy(Number(new URL(db.url).port));
    proxy.isSilent = true;
    const report = await examine(through(db.url, proxy), { DATABASE_CONNECT_TIMEOUT_MS: '60000' });
    await proxy.close();
    expect(report.isServable).toBe(false);
    expect(linesOf(report, 'FAIL').join()).toMatch(/not over after \d+ ms/);
    expect(report.durationMs).toBeLessThan(5000);
  }, 20_000);

  test('does not wait long for a lock', async () => {
    const db = await open('2024.6');
    await onConnection(db.adminUrl, async (client) => {
      await client.query('BEGIN; LOCK TABLE authentik_stages_password_passwordstage');
      const report = await examine(db.url, { DATABASE_QUERY_TIMEOUT_MS: '60000' });
      expect(linesOf(report, 'FAIL').join()).toContain('lock timeout');
    });
  }, 20_000);

  test('warns of a connection that is neither encrypted nor local', async () => {
    const db = await open('2024.6');
    const url = new URL(db.url);
    url.hostname = '0.0.0.0';
    const [first] = linesOf(await examine(url.href), 'WARN');
    expect(first).toMatch(/^Not encrypted: .* Add sslmode=verify-full to DATABASE_URL\.$/);
  });
});

describe('a role that can do more than it needs', () => {
  const GRANTS: [string, (role: string, name: string) => string, RegExp][] = [
    ['CREATEROLE', (role) => `ALTER ROLE ${role} CREATEROLE`, /has CREATEROLE$/],
    ['CREATEDB', (role) => `ALTER ROLE ${role} CREATEDB`, /has CREATEDB$/],
    ['REPLICATION', (role) => `ALTER ROLE ${role} REPLICATION`, /has REPLICATION$/],
    ['BYPASSRLS', (role) => `ALTER ROLE ${role} BYPASSRLS`, /has BYPASSRLS$/],
    [
      'membership in another role',
      (role) => `GRANT pg_signal_backend TO ${role}`,
      /has the rights of other roles: pg_signal_backend$/,
    ],
    [
      'writing a table',
      (role) => `GRANT UPDATE ON authentik_core_group TO ${role}`,
      /may write to authentik_core_group$/,
    ],
    [
      'writing a column',
      (role) => `GRANT UPDATE (is_active) ON authentik_core_user TO ${role}`,
      /may write to authentik_core_user$/,
    ],
    [
      'creating in the schema',
      (role) => `GRANT CREATE ON SCHEMA public TO ${role}`,
      /may create tables in the schema \(REVOKE CREATE ON SCHEMA public FROM PUBLIC\)$/,
    ],
    [
      'creating in the database',
      (role, name) => `GRANT CREATE ON DATABASE ${name} TO ${role}`,
      /may create schemas in the database$/,
    ],
    [
      'reading password hashes',
      (role) => `GRANT SELECT (password) ON authentik_core_user TO ${role}`,
      /may read password hashes: authentik_core_user\.password$/,
    ],
    [
      'reading tokens',
      (role) => `GRANT SELECT (key) ON authentik_core_token TO ${role}`,
      /may read tokens in clear text: authentik_core_token\.key$/,
    ],
    [
      'reading attributes',
      (role) => `GRANT SELECT (attributes) ON authentik_core_group TO ${role}`,
      /may read attributes, where secrets may be: authentik_core_group\.attributes$/,
    ],
    [
      'reading what nobody asks for',
      (role) => `GRANT SELECT ON authentik_brands_brand TO ${role}`,
      /may read columns that the service does not: authentik_brands_brand\.brand_uuid, /,
    ],
  ];

  test('is warned of by the start in one line, also where the role file has run', async () => {
    const db = await open('2024.6');
    // The default in what PostgreSQL 14 or before made.
    await db.sql('GRANT CREATE ON SCHEMA public TO PUBLIC');
    await db.grantReader();
    const service = await startTestService(db.url);
    await service.close();
    const lines = service.log.map(({ msg }) => msg);
    expect(lines.filter((line) => String(line).includes('more than it needs'))).toEqual([
      'The role may do more than it needs: it may create tables in the schema (REVOKE CREATE ON SCHEMA public FROM PUBLIC). See the doctor.',
    ]);
  });

  test.each(GRANTS)('is warned of: %s', async (_power, grant, expected) => {
    const db = await open('2024.6', { seed: true });
    const name = new URL(db.url).pathname.slice(1);
    const role = `doctor_${name}`;
    // Roles belong to the whole cluster: another test must not meet this one's powers.
    await db.sql(`CREATE ROLE ${role} LOGIN PASSWORD 'doctor'`);
    try {
      await db.sql(readonlyRoleSql('2024.6').replaceAll('authentik_stages_reader', role));
      await db.sql(grant(role, name));
      const url = new URL(db.url);
      url.username = role;
      url.password = 'doctor';
      const report = await examine(url.href);
      expect(linesOf(report, 'WARN')).toEqual([
        expect.stringMatching(expected),
        expect.stringContaining('connect as authentik_stages_reader'),
      ]);
      expect(report.isServable).toBe(true);
    } finally {
      await db.sql(`DROP OWNED BY ${role}`);
      await db.sql(`DROP ROLE ${role}`);
    }
  });
});
