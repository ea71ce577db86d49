import { afterEach, describe, expect, test } from '@jest/globals';
import { inspectDatabase } from '../../src/data/catalog.js';
import { openDatabase } from '../../src/data/database.js';
import { RELEASES, type Release } from '../support/generations/generations.js';
import { createDatabase, type DatabaseOptions, type TestDatabase } from '../support/postgres.js';

const opened: TestDatabase[] = [];
afterEach(async () => {
  for (const db of opened.splice(0)) await db.drop();
});

async function open(release: Release, options?: DatabaseOptions): Promise<TestDatabase> {
  const db = await createDatabase(release, options);
  opened.push(db);
  return db;
}

async function inspect(db: TestDatabase, schema = 'public') {
  const database = openDatabase({
    url: db.url,
    passwordFile: undefined,
    poolSize: 1,
    connectTimeoutMs: 5000,
    queryTimeoutMs: 5000,
    usesPreparedStatements: true,
    usesStartupParameters: true,
  });
  try {
    return await inspectDatabase(database, schema);
  } finally {
    await database.close();
  }
}

/** The one problem of a database of this release after these statements. */
async function problemAfter(release: Release, ...statements: string[]): Promise<string> {
  const db = await open(release);
  for (const statement of statements) await db.sql(statement);
  const { problems } = await inspect(db);
  expect(problems).toHaveLength(1);
  return problems[0] as string;
}

// The tests' 2024.6 stands for the generation that began with 2024.4.
const SINCE = { '2024.6': '2024.4' } as Readonly<Record<string, string>>;

describe.each(RELEASES)('the tables of %s', (release) => {
  test('are recognised by a role that may read only what the service reads', async () => {
    const { generation, problems } = await inspect(await open(release));
    expect(generation?.since).toBe(SINCE[release] ?? release);
    expect(problems).toEqual([]);
  });
});

describe('a half-migrated database', () => {
  test.each<[string, Release, string[], RegExp]>([
    [
      'has both kinds of parents',
      '2025.12',
      ['ALTER TABLE authentik_core_group ADD parent_id uuid'],
      /resemble authentik 2025\.12 or later, before 2026\.2, but authentik_core_group\.parent_id should not be there\./,
    ],
    [
      'has group parentage beside the old permissions only',
      '2025.8',
      ['CREATE TABLE authentik_core_groupparentage (child_id uuid, parent_id uuid)'],
      /resemble authentik 2025\.8 or later, before 2025\.12, but authentik_core_groupparentage\.parent_id should not be there\./,
    ],
    [
      'has lost parent_id and not got roles for users',
      '2025.12',
      ['DROP TABLE authentik_core_user_roles'],
      /resemble authentik 2025\.12 or later, before 2026\.2, but authentik_core_user_roles\.role_id is missing\./,
    ],
    [
      'has no table of role permissions',
      '2025.12',
      ['DROP TABLE guardian_roleobjectpermission'],
      /are those of authentik 2025\.12 or later, before 2026\.2, but guardian_roleobjectpermission\.role_id is missing/,
    ],
    [
      'has the memberships under both names',
      '2026.2',
      ['CREATE TABLE authentik_core_user_ak_groups (user_id integer, group_id uuid)'],
      /resemble authentik 2026\.2 or later, but authentik_core_user_ak_groups\.group_id should not be there\./,
    ],
    [
      'has the new name on a table of the old kind',
      '2026.2',
      [
        'DROP TABLE authentik_core_user_groups',
        'CREATE TABLE authentik_core_user_groups (user_id integer, group_id integer)',
      ],
      /resemble authentik 2026\.2 or later, but authentik_core_user_groups\.group_id of type uuid is missing\./,
    ],
    [
      'lacks a column',
      '2024.6',
      ['ALTER TABLE authentik_flows_flow DROP denied_action'],
      /are those of authentik 2024\.4 or later, before 2025\.8, but authentik_flows_flow\.denied_action is missing\./,
    ],
    [
      'has a column of another type',
      '2024.6',
      ['ALTER TABLE authentik_core_token ALTER expires TYPE text'],
      /authentik_core_token\.expires has the type text instead of time\./,
    ],
  ])('is refused when it %s', async (_state, release, statements, expected) => {
    const problem = await problemAfter(release, ...statements);
    expect(problem).toMatch(expected);
    expect(problem).toMatch(/Supported are .*2023\.10 to 2026\.2\..* run them again\./);
  });
});

describe('tables of another kind', () => {
  test('before 2023.10 are named as such', async () => {
    const problem = await problemAfter(
      '2023.10',
      'DROP TABLE authentik_rbac_role, authentik_core_group_roles',
    );
    expect(problem).toMatch(/of an authentik before 2023\.10: .*\. Supported are .* Upgrade/);
  });

  test('are missed in an empty database', async () => {
    const problem = await problemAfter('2024.6', 'DROP SCHEMA public CASCADE');
    expect(problem).toMatch(/no tables of authentik in the schema "public" of the database "test_/);
    expect(problem).toMatch(/check the database name in DATABASE_URL/);
  });

  test('are found in another schema, which the message names', async () => {
    const db = await open('2024.6', { schema: 't_acme' });
    const { problems } = await inspect(db, 'public');
    expect(problems).toEqual([
      expect.stringContaining('They are in "t_acme": set DATABASE_SCHEMA to that.'),
    ]);
  });
});

describe('missing privileges', () => {
  test('are listed with the file that grants them', async () => {
    const problem = await problemAfter(
      '2025.12',
      'REVOKE SELECT ON guardian_rolemodelpermission FROM authentik_stages_reader',
      'REVOKE SELECT (key, intent) ON authentik_core_token FROM authentik_stages_reader',
    );
    expect(problem).toContain(
      'authentik_core_token (key, intent), guardian_rolemodelpermission (role_id, permission_id)',
    );
    expect(problem).toContain('run prisma/reader-role/2025.12.sql.');
  });

  test('on the schema make every column unreadable', async () => {
    const problem = await problemAfter(
      '2024.6',
      'REVOKE USAGE ON SCHEMA public FROM PUBLIC, authentik_stages_reader',
    );
    expect(problem).toContain('authentik_core_user (id, is_active, type)');
  });

  test('in the schema of a tenant call for its search_path', async () => {
    const db = await open('2026.2', { schema: 't_acme' });
    await db.sql('REVOKE SELECT ON authentik_core_user_groups FROM authentik_stages_reader');
    const { problems } = await inspect(db, 't_acme');
    expect(problems.join()).toMatch(/2026\.2\.sql, with "t_acme" first in search_path\.$/);
  });

  test('after an upgrade are those that the new release needs', async () => {
    const db = await open('2024.6');
    await db.upgrade('2026.2');
    const { generation, problems } = await inspect(db);
    expect(generation?.since).toBe('2026.2');
    expect(problems.join()).toMatch(/authentik_core_user_roles \(user_id, role_id\).*2026\.2\.sql/);
  });
});
