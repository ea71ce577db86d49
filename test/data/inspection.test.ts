import { afterEach, describe, expect, test } from '@jest/globals';
import { inspectDatabase } from '../../src/data/inspection.js';
import { RELEASES, type Release } from '../support/generations/generations.js';
import { createDatabase, type DatabaseOptions, type TestDatabase } from '../support/postgres.js';
import { openTestDatabase } from '../support/store.js';

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
  const database = openTestDatabase(db.url, { schema });
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

// The tests' 2024.6 stands for the tables that began with 2024.4.
const SINCE = { '2024.6': '2024.4' } as Readonly<Record<string, string>>;

describe.each(RELEASES)('the tables of %s', (release) => {
  test('are recognised by a role that may read only what the service reads', async () => {
    const { release: found, problems } = await inspect(await open(release));
    expect(found?.since).toBe(SINCE[release] ?? release);
    expect(problems).toEqual([]);
  });
});

describe('a half-migrated database', () => {
  test.each<[string, Release, string[], RegExp]>([
    [
      'has both kinds of parents',
      '2025.12',
      ['ALTER TABLE authentik_core_group ADD parent_id uuid'],
      /resemble authentik 2025\.12 or later, before 2026\.2, but authentik_core_group\.parent_id of type uuid should not be there\./,
    ],
    [
      'has group parentage beside the old permissions only',
      '2025.8',
      ['CREATE TABLE authentik_core_groupparentage (child_id uuid, parent_id uuid)'],
      /resemble authentik 2025\.8 or later, before 2025\.12, but authentik_core_groupparentage\.parent_id of type uuid should not be there\./,
    ],
    [
      'has lost parent_id and not got roles for users',
      '2025.12',
      ['DROP TABLE authentik_core_user_roles'],
      /resemble authentik 2025\.12 or later, before 2026\.2, but authentik_core_user_roles\.role_id of type uuid is missing\./,
    ],
    [
      'has no table of role permissions',
      '2025.12',
      ['DROP TABLE guardian_roleobjectpermission'],
      /resemble authentik 2025\.12 or later, before 2026\.2, but guardian_roleobjectpermission\.role_id is missing/,
    ],
    [
      'has the memberships under both names',
      '2026.2',
      ['CREATE TABLE authentik_core_user_ak_groups (user_id integer, group_id uuid)'],
      /resemble authentik 2026\.2 or later, before 2026\.5, but authentik_core_user_ak_groups\.group_id of type uuid should not be there\./,
    ],
    [
      'has the new name on a table of the old kind',
      '2026.2',
      [
        'DROP TABLE authentik_core_user_groups',
        'CREATE TABLE authentik_core_user_groups (user_id integer, group_id integer)',
      ],
      /resemble authentik 2026\.2 or later, before 2026\.5, but authentik_core_user_groups\.group_id of type uuid is missing\./,
    ],
    [
      'lacks a column',
      '2024.6',
      ['ALTER TABLE authentik_flows_flow DROP denied_action'],
      /resemble authentik 2024\.4 or later, before 2024\.8, but authentik_flows_flow\.denied_action is missing\./,
    ],
    [
      'has a column of another type',
      '2024.6',
      ['ALTER TABLE authentik_core_token ALTER expires TYPE text'],
      /authentik_core_token\.expires has the type text instead of timestamp with time zone\./,
    ],
  ])('is refused when it %s', async (_state, release, statements, expected) => {
    const problem = await problemAfter(release, ...statements);
    expect(problem).toMatch(expected);
    expect(problem).toMatch(/Supported are .*2023\.10 to 2026\.8\..* run them again\./);
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
      'REVOKE SELECT (id, type) ON authentik_core_user FROM authentik_stages_reader',
    );
    expect(problem).toContain(
      'authentik_core_user (id, type), guardian_rolemodelpermission (role_id, permission_id)',
    );
    expect(problem).toContain('run prisma/reader-role/2025.12.sql.');
  });

  test('on a column that is not read count in a table that is read as a whole', async () => {
    const problem = await problemAfter(
      '2024.6',
      'ALTER TABLE authentik_flows_flowstagebinding ADD of_a_later_release integer',
      'REVOKE SELECT ON authentik_flows_flowstagebinding FROM authentik_stages_reader',
      'GRANT SELECT (target_id, stage_id, "order") ON authentik_flows_flowstagebinding TO authentik_stages_reader',
    );
    expect(problem).toContain('authentik_flows_flowstagebinding (target_id, stage_id, order)');
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
    const { release: found, problems } = await inspect(db);
    expect(found?.since).toBe('2026.2');
    expect(problems.join()).toMatch(/authentik_core_user_roles \(user_id, role_id\).*2026\.2\.sql/);
  });
});

describe('the tables of tokens', () => {
  const REVOKE = 'REVOKE EXECUTE ON FUNCTION authentik_stages.public FROM authentik_stages_reader';

  test('need not be readable while the function of the role file can be called', async () => {
    const db = await open('2024.8');
    expect(await inspect(db)).toMatchObject({ readsTokensBy: 'function', problems: [] });
    await db.sql(REVOKE);
    const { readsTokensBy, problems } = await inspect(db);
    expect(readsTokensBy).toBe('tables');
    expect(problems).toEqual([
      expect.stringMatching(
        /authentik_core_token \(token_uuid, key, intent, .*authentik_providers_oauth2_accesstoken \(.*2024\.8\.sql/,
      ),
    ]);
  });

  test('are read where the role may, without the function', async () => {
    const db = await open('2024.6');
    await db.sql('DROP SCHEMA authentik_stages CASCADE');
    await db.sql(
      'GRANT SELECT ON authentik_core_token, authentik_providers_oauth2_accesstoken TO authentik_stages_reader',
    );
    expect(await inspect(db)).toMatchObject({ readsTokensBy: 'tables', problems: [] });
  });
});

describe('what would make rows or text come out wrong', () => {
  test.each<[string, string[], RegExp | undefined]>([
    [
      'row level security on a table that is read',
      ['ALTER TABLE authentik_flows_flow ENABLE ROW LEVEL SECURITY'],
      /^Row level security may hide rows of authentik_flows_flow from the role/,
    ],
    [
      'row level security that binds the owner, by whose rights the function reads',
      [
        'ALTER TABLE authentik_core_token ENABLE ROW LEVEL SECURITY',
        'ALTER TABLE authentik_core_token FORCE ROW LEVEL SECURITY',
      ],
      /^Row level security may hide rows of authentik_core_token from the role/,
    ],
    [
      'row level security on a table that only the function reads: no harm',
      ['ALTER TABLE authentik_core_token ENABLE ROW LEVEL SECURITY'],
      undefined,
    ],
  ])('%s', async (_what, statements, problem) => {
    const db = await open('2024.6');
    for (const statement of statements) await db.sql(statement);
    const { problems } = await inspect(db);
    expect(problems).toEqual(problem ? [expect.stringMatching(problem)] : []);
  });

  test.each<[string, DatabaseOptions, (db: TestDatabase) => string[], RegExp]>([
    [
      'a view in place of a table',
      {},
      () => [
        'ALTER TABLE authentik_policies_policybindingmodel RENAME TO moved',
        'CREATE VIEW authentik_policies_policybindingmodel AS SELECT * FROM moved',
        'GRANT SELECT ON authentik_policies_policybindingmodel TO authentik_stages_reader',
      ],
      /^authentik_policies_policybindingmodel is a view/,
    ],
    [
      'array_nulls = off',
      {},
      ({ url }) => [
        `ALTER ROLE authentik_stages_reader IN DATABASE ${new URL(url).pathname.slice(1)} SET array_nulls = off`,
      ],
      /^array_nulls is off for this role/,
    ],
    ['an encoding other than UTF8', { encoding: 'LATIN1' }, () => [], /encoded in LATIN1/],
  ])('%s: a warning', async (_what, options, statements, warning) => {
    const db = await open('2024.6', options);
    for (const statement of statements(db)) await db.sql(statement);
    const { problems, warnings } = await inspect(db);
    expect(problems).toEqual([]);
    expect(warnings).toEqual([expect.stringMatching(warning)]);
  });
});
