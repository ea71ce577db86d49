import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { checkResponse, pathTo } from '../support/contract.js';
import {
  giveRole,
  giveRoleToGroup,
  grantGlobal,
  grantObject,
  insertGroup,
  insertOauthToken,
  insertPasswordStage,
  insertRole,
  insertToken,
  insertUser,
  joinGroup,
  type OauthTokenFixture,
  type TokenFixture,
  type UserFixture,
} from '../support/fixtures.js';
import { createDatabase, type TestDatabase } from '../support/postgres.js';
import { startTestService, type TestService } from '../support/service.js';
import { send } from '../support/wire.js';

const NOW = '2024-06-15T12:00:00.000Z';
const BEFORE = '2024-06-15T11:59:59.999Z';
const AFTER = '2024-06-15T12:00:00.001Z';

const OPERATION = 'stages_password_retrieve';

let db: TestDatabase;
let service: TestService;
/** Connects as a role that may read all tables, and must not call the function. */
let byTables: TestService;
const ROLE = `reads_all_${randomUUID().slice(0, 8)}`;
let stage: string;
let otherStage: string;
let superusers: string;

beforeAll(async () => {
  db = await createDatabase('2024.6');
  stage = await insertPasswordStage(db);
  otherStage = await insertPasswordStage(db);
  superusers = await insertGroup(db, { is_superuser: true });
  await db.sql(`CREATE ROLE ${ROLE} LOGIN PASSWORD '${ROLE}'; GRANT pg_read_all_data TO ${ROLE}`);
  const url = Object.assign(new URL(db.adminUrl), { username: ROLE, password: ROLE }).href;
  const clock = () => new Date(NOW);
  service = await startTestService(db.url, { clock });
  byTables = await startTestService(url, { clock });
  const ways = [service, byTables].map(
    ({ log }) => log.find(({ readsTokensBy }) => readsTokensBy)?.readsTokensBy,
  );
  expect(ways).toEqual(['function', 'tables']);
});
afterAll(async () => {
  await service.close();
  await byTables.close();
  await db.sql(`DROP ROLE ${ROLE}`);
  await db.drop();
});

/** 200, or the code of the error; the same whether tokens are looked up by the function or read from their tables. */
async function ask(token: string, path = pathTo(stage)): Promise<string | number> {
  const outcomes = [service, byTables].map(async ({ url }) => {
    const response = await send(url, path, { headers: { Authorization: `Bearer ${token}` } });
    expect(checkResponse(OPERATION, response)).toEqual([]);
    return response.status === 200 ? 200 : JSON.parse(response.text).code;
  });
  const [outcome, other] = await Promise.all(outcomes);
  expect(other).toBe(outcome);
  return outcome;
}

const askAs = async (userId: number, path?: string) => ask(await insertToken(db, userId), path);

async function insertSuperuser(user?: UserFixture): Promise<number> {
  const id = await insertUser(db, user);
  await joinGroup(db, id, superusers);
  return id;
}

interface Expiry {
  readonly expires: string | null;
  readonly expiring: boolean;
  readonly expected: 200 | 'authentication_failed';
}
const EXPIRY: readonly Expiry[] = [
  { expiring: true, expires: AFTER, expected: 200 },
  { expiring: true, expires: NOW, expected: 200 },
  { expiring: true, expires: BEFORE, expected: 'authentication_failed' },
  { expiring: true, expires: null, expected: 200 },
  { expiring: false, expires: AFTER, expected: 200 },
  { expiring: false, expires: BEFORE, expected: 200 },
  { expiring: false, expires: null, expected: 200 },
];

describe('an API token', () => {
  const askWith = async (token: TokenFixture, user?: UserFixture) =>
    ask(await insertToken(db, await insertSuperuser(user), token));

  test.each(EXPIRY)('expiring $expiring, expires $expires: $expected', async ({
    expected,
    ...expiry
  }) => {
    expect(await askWith(expiry)).toBe(expected);
  });

  test.each([
    'app_password',
    'recovery',
    'verification',
    'API',
    '',
  ])('of the intent %j is not for the API', async (intent) => {
    expect(await askWith({ intent })).toBe('authentication_failed');
  });

  test('of an inactive user is refused, whatever they may see', async () => {
    expect(await askWith({}, { is_active: false })).toBe('authentication_failed');
  });

  test('is compared exactly', async () => {
    const key = await insertToken(db, await insertSuperuser(), { key: `Key-${randomUUID()}` });
    expect(await ask(key)).toBe(200);
    for (const other of [key.toUpperCase(), key.slice(0, -1), `${key}0`, `%${key.slice(1)}`]) {
      expect(await ask(other)).toBe('authentication_failed');
    }
  });

  test('may hold any printable character', async () => {
    const key = `${randomUUID()} '"\\{},%_$1--/*`;
    expect(await ask(await insertToken(db, await insertSuperuser(), { key }))).toBe(200);
  });

  describe('whose key exists twice', () => {
    /** Asks with a key that both tokens have. */
    async function askWithBoth(
      first: readonly [userId: number, token?: TokenFixture],
      second: readonly [userId: number, token?: TokenFixture],
    ): Promise<string | number> {
      const key = randomUUID();
      const [lower, higher] = [randomUUID(), randomUUID()].sort() as [string, string];
      // The order of the rows must not matter.
      await insertToken(db, second[0], { ...second[1], key, token_uuid: higher });
      await insertToken(db, first[0], { ...first[1], key, token_uuid: lower });
      return ask(key);
    }

    test('stands for the user of the lowest token_uuid', async () => {
      const [nobody, superuser] = [await insertUser(db), await insertSuperuser()];
      expect(await askWithBoth([superuser], [nobody])).toBe(200);
      expect(await askWithBoth([nobody], [superuser])).toBe('permission_denied');
    });

    test('skips those that expired or are for something else', async () => {
      const [nobody, superuser] = [await insertUser(db), await insertSuperuser()];
      expect(await askWithBoth([nobody, { expires: BEFORE }], [superuser])).toBe(200);
      expect(await askWithBoth([nobody, { intent: 'recovery' }], [superuser])).toBe(200);
    });

    test('does not skip that of an inactive user', async () => {
      const inactive = await insertUser(db, { is_active: false });
      expect(await askWithBoth([inactive], [await insertSuperuser()])).toBe(
        'authentication_failed',
      );
    });
  });
});

describe('an OAuth access token', () => {
  const askWith = async (token: OauthTokenFixture, user?: UserFixture) =>
    ask(await insertOauthToken(db, await insertSuperuser(user), token));

  test.each(EXPIRY)('expiring $expiring, expires $expires: $expected', async ({
    expected,
    ...expiry
  }) => {
    expect(await askWith(expiry)).toBe(expected);
  });

  test.each([
    'goauthentik.io/api',
    'openid goauthentik.io/api profile',
    'goauthentik.io/api/more goauthentik.io/api',
  ])('with the scopes %j is accepted', async (_scope) => {
    expect(await askWith({ _scope })).toBe(200);
  });

  test.each([
    '',
    'openid profile',
    'goauthentik.io/api/more',
    'more.goauthentik.io/api',
    'GOAUTHENTIK.IO/API',
    'goauthentik.io/apis',
    'goauthentik.io,goauthentik.io/api',
  ])('with the scopes %j is not for the API', async (_scope) => {
    expect(await askWith({ _scope })).toBe('authentication_failed');
  });

  test('is accepted although it was revoked, as authentik does', async () => {
    expect(await askWith({ revoked: true })).toBe(200);
  });

  test('of an inactive user is refused', async () => {
    expect(await askWith({}, { is_active: false })).toBe('authentication_failed');
  });

  describe('with the text of an API token', () => {
    async function askBehind(userId: number, token: TokenFixture): Promise<string | number> {
      const key = await insertToken(db, userId, token);
      return ask(await insertOauthToken(db, await insertSuperuser(), { token: key }));
    }

    test('is hidden by it', async () => {
      expect(await askBehind(await insertUser(db), {})).toBe('permission_denied');
    });

    test('is hidden by that of an inactive user', async () => {
      const inactive = await insertUser(db, { is_active: false });
      expect(await askBehind(inactive, {})).toBe('authentication_failed');
    });

    test('is not hidden by one that expired or is for something else', async () => {
      const user = await insertUser(db);
      expect(await askBehind(user, { expires: BEFORE })).toBe(200);
      expect(await askBehind(user, { intent: 'recovery' })).toBe(200);
    });
  });
});

describe('a superuser', () => {
  test('is a member of a superuser group', async () => {
    expect(await askAs(await insertSuperuser())).toBe(200);
  });

  test('is a member of a group below one', async () => {
    const user = await insertUser(db);
    await joinGroup(db, user, await insertGroup(db, { parents: [superusers] }));
    expect(await askAs(user)).toBe(200);
  });

  test('is not a member of a group above one', async () => {
    const parent = await insertGroup(db);
    await insertGroup(db, { parents: [parent], is_superuser: true });
    const user = await insertUser(db);
    await joinGroup(db, user, parent);
    expect(await askAs(user)).toBe('permission_denied');
  });

  test.each([
    [19, 200],
    [20, 'permission_denied'],
  ])('%i groups above their own: %s', async (hops, expected) => {
    let group = superusers;
    for (let hop = 0; hop < hops; hop += 1) group = await insertGroup(db, { parents: [group] });
    const user = await insertUser(db);
    await joinGroup(db, user, group);
    expect(await askAs(user)).toBe(expected);
  });

  test('is found, and nobody else, in groups that are their own ancestors', async () => {
    const top = await insertGroup(db);
    const below = await insertGroup(db, { parents: [top] });
    await db.sql('UPDATE authentik_core_group SET parent_id = $1 WHERE group_uuid = $2', [
      below,
      top,
    ]);
    const user = await insertUser(db);
    await joinGroup(db, user, below);
    expect(await askAs(user)).toBe('permission_denied');
    await db.sql('UPDATE authentik_core_group SET is_superuser = true WHERE group_uuid = $1', [
      top,
    ]);
    expect(await askAs(user)).toBe(200);
  });

  test('learns that a stage does not exist', async () => {
    expect(await askAs(await insertSuperuser(), pathTo(randomUUID()))).toBe('not_found');
  });
});

describe('the permission on all stages', () => {
  test('is given to a user', async () => {
    const user = await insertUser(db);
    await grantGlobal(db, user);
    expect(await askAs(user)).toBe(200);
  });

  test('is given to a role that the user has', async () => {
    const [user, role] = [await insertUser(db), await insertRole(db)];
    await grantGlobal(db, role);
    await giveRole(db, user, role);
    expect(await askAs(user)).toBe(200);
  });

  test('reaches the members that a group had when it got the role', async () => {
    const [group, role] = [await insertGroup(db), await insertRole(db)];
    const [early, late] = [await insertUser(db), await insertUser(db)];
    await grantGlobal(db, role);
    await joinGroup(db, early, group);
    await giveRoleToGroup(db, group, role);
    // Past authentik's signals, which would mirror it.
    await joinGroup(db, late, group);
    expect(await askAs(early)).toBe(200);
    expect(await askAs(late)).toBe('permission_denied');
  });

  test.each([
    { codename: 'change_passwordstage' },
    { codename: 'view_stage', appLabel: 'authentik_flows', model: 'stage' },
    { appLabel: 'authentik_stages_dummy' },
  ])('is no other permission: %j', async (permission) => {
    const user = await insertUser(db);
    await grantGlobal(db, user, permission);
    await grantObject(db, user, stage, permission);
    expect(await askAs(user)).toBe('permission_denied');
  });

  test('does nothing for somebody else', async () => {
    await grantGlobal(db, await insertUser(db));
    expect(await askAs(await insertUser(db))).toBe('permission_denied');
  });
});

describe('the permission on one stage', () => {
  test('shows that stage and hides the others', async () => {
    const user = await insertUser(db);
    await grantObject(db, user, stage);
    expect(await askAs(user)).toBe(200);
    expect(await askAs(user, pathTo(stage.toUpperCase()))).toBe(200);
    expect(await askAs(user, pathTo(otherStage))).toBe('not_found');
    expect(await askAs(user, pathTo(randomUUID()))).toBe('not_found');
    expect(await askAs(user, pathTo('x'))).toBe('invalid');
  });

  test('is given to a role, too', async () => {
    const [user, role] = [await insertUser(db), await insertRole(db)];
    await grantObject(db, role, stage);
    await giveRole(db, user, role);
    expect(await askAs(user)).toBe(200);
    expect(await askAs(user, pathTo(otherStage))).toBe('not_found');
  });

  test.each<[string, () => string]>([
    ['a stage that is gone', () => randomUUID()],
    ['a stage in upper case', () => stage.toUpperCase()],
    ['a stage without dashes', () => stage.replaceAll('-', '')],
    ['something that is no UUID', () => 'x'],
    ['nothing', () => ''],
  ])('for %s is none', async (_what, objectPk) => {
    const user = await insertUser(db);
    await grantObject(db, user, objectPk());
    expect(await askAs(user)).toBe('permission_denied');
  });

  test('for a stage of another kind is none', async () => {
    const [user, uuid] = [await insertUser(db), randomUUID()];
    await db.sql('INSERT INTO authentik_flows_stage (stage_uuid, name) VALUES ($1, $2)', [
      uuid,
      uuid,
    ]);
    await grantObject(db, user, uuid);
    expect(await askAs(user, pathTo(uuid))).toBe('permission_denied');
  });

  test('counts beside grants that count for nothing', async () => {
    const user = await insertUser(db);
    for (const objectPk of ['x', randomUUID(), stage]) await grantObject(db, user, objectPk);
    expect(await askAs(user)).toBe(200);
  });
});

describe('an internal service account', () => {
  const insertAccount = () => insertUser(db, { type: 'internal_service_account' });

  test('without permission finds nothing', async () => {
    const account = await insertAccount();
    expect(await askAs(account)).toBe('not_found');
    expect(await askAs(account, pathTo(randomUUID()))).toBe('not_found');
  });

  test('sees what it may see', async () => {
    const [all, one] = [await insertAccount(), await insertAccount()];
    await grantGlobal(db, all);
    await grantObject(db, one, stage);
    expect(await askAs(all)).toBe(200);
    expect(await askAs(one)).toBe(200);
    expect(await askAs(one, pathTo(otherStage))).toBe('not_found');
  });
});

describe('a caller without permission', () => {
  test.each([
    'internal',
    'external',
    'service_account',
  ])('of the type %s is refused', async (type) => {
    expect(await askAs(await insertUser(db, { type }))).toBe('permission_denied');
  });

  test('learns nothing about a stage, not even whether its UUID is one', async () => {
    const token = await insertToken(db, await insertUser(db));
    for (const uuid of [stage, randomUUID(), 'x']) {
      expect(await ask(token, pathTo(uuid))).toBe('permission_denied');
    }
  });

  test('does not act as AnonymousUser', async () => {
    const anonymous = await insertUser(db, { username: 'AnonymousUser' });
    await grantObject(db, anonymous, stage);
    await grantGlobal(db, anonymous);
    const response = await send(service.url, pathTo(stage));
    expect(response.status).toBe(403);
    expect(JSON.parse(response.text).code).toBe('not_authenticated');
  });
});

describe('many callers at once', () => {
  test('each get what is theirs', async () => {
    const callers = await Promise.all(
      Array.from({ length: 60 }, async (_, index) => {
        const kind = index % 4;
        const user = kind === 0 ? await insertSuperuser() : await insertUser(db);
        if (kind === 1) await grantObject(db, user, stage);
        if (kind === 2) await grantObject(db, user, otherStage);
        const token = kind === 3 ? `unknown-${index}` : await insertToken(db, user);
        return { token, expected: [200, 200, 'not_found', 'authentication_failed'][kind] };
      }),
    );
    const responses = await Promise.all(callers.map(({ token }) => ask(token)));
    expect(responses).toEqual(callers.map(({ expected }) => expected));
  });
});

describe('reading', () => {
  test('deletes no expired token', async () => {
    const key = await insertToken(db, await insertSuperuser(), { expires: BEFORE });
    await ask(key);
    expect(await db.sql('SELECT FROM authentik_core_token WHERE key = $1', [key])).toHaveLength(1);
  });

  test('sees a change that was committed before the request', async () => {
    const user = await insertUser(db);
    const token = await insertToken(db, user);
    expect(await ask(token)).toBe('permission_denied');
    await grantGlobal(db, user);
    expect(await ask(token)).toBe(200);
    await db.sql('UPDATE authentik_core_user SET is_active = false WHERE id = $1', [user]);
    expect(await ask(token)).toBe('authentication_failed');
  });
});
