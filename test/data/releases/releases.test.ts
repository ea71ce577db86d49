import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { pathTo } from '../../support/contract.js';
import {
  bindStage,
  giveRole,
  giveRoleToGroup,
  grantGlobal,
  grantObject,
  insertFlow,
  insertGroup,
  insertPasswordStage,
  insertRole,
  insertToken,
  insertUser,
  joinGroup,
} from '../../support/fixtures.js';
import { RELEASES, type Release } from '../../support/generations/generations.js';
import { createDatabase, type TestDatabase } from '../../support/postgres.js';
import { startTestService, type TestService } from '../../support/service.js';
import { send } from '../../support/wire.js';

let db: TestDatabase;
let service: TestService;
let stage: string;

function serve(release: Release): void {
  beforeAll(async () => {
    db = await createDatabase(release);
    stage = await insertPasswordStage(db);
    service = await startTestService(db.url);
  });
  afterAll(async () => {
    await service.close();
    await db.drop();
  });
}

async function ask(token: string, stageUuid = stage) {
  const headers = { Authorization: `Bearer ${token}` };
  const { status, text } = await send(service.url, pathTo(stageUuid), { headers });
  return { status, body: JSON.parse(text) };
}

const statusFor = async (userId: number, stageUuid = stage) =>
  (await ask(await insertToken(db, userId), stageUuid)).status;

/** A group with this many parents in a row above it, the topmost of superusers. */
async function insertChain(hops: number): Promise<string> {
  let group = await insertGroup(db, { is_superuser: true });
  for (let hop = 0; hop < hops; hop += 1) group = await insertGroup(db, { parents: [group] });
  return group;
}

async function insertMember(group: string): Promise<number> {
  const user = await insertUser(db);
  await joinGroup(db, user, group);
  return user;
}

/** What differs between releases, written out from authentik's own behaviour. */
interface Rules {
  /** The longest way up that makes a superuser; far more than anybody has, where there is no limit. */
  readonly hops: number;
  readonly isLimited: boolean;
  readonly rolesReachChildren: boolean;
  readonly background: Readonly<Record<string, string>>;
}
const DEFAULT = '/static/dist/assets/images/flow_background.jpg';
const MEDIA = { 'a b.png': '/media/public/a%20b.png', '/own/a.png': '/media/public/own/a.png' };
const OLD = { isLimited: true, rolesReachChildren: false, background: { '': DEFAULT, ...MEDIA } };
const RULES: Readonly<Record<Release, Rules>> = {
  '2023.10': {
    ...OLD,
    hops: 20,
    background: { '': DEFAULT, 'a b.png': '/media/a%20b.png', '/own/a.png': '/media/own/a.png' },
  },
  '2024.2': { ...OLD, hops: 20 },
  '2024.6': { ...OLD, hops: 19 },
  '2024.8': { ...OLD, hops: 19 },
  '2025.8': {
    ...OLD,
    hops: 19,
    background: { '': DEFAULT, 'a b.png': '/media/public/a%20b.png', '/own/a.png': '/own/a.png' },
  },
  '2025.12': newRules(),
  '2026.2': newRules(),
  '2026.5': newRules(),
};

function newRules(): Rules {
  return {
    hops: 40,
    isLimited: false,
    rolesReachChildren: true,
    background: { '': DEFAULT, 'a b.png': '/files/media/public/a b.png' },
  };
}

describe.each(RELEASES)('%s', (release) => {
  serve(release);
  const rules = RULES[release];

  test(`superusers are inherited over ${rules.hops} parents`, async () => {
    expect(await statusFor(await insertMember(await insertChain(rules.hops)))).toBe(200);
  });

  test(`one parent more ${rules.isLimited ? 'inherits nothing' : 'inherits as well'}`, async () => {
    const user = await insertMember(await insertChain(rules.hops + 1));
    expect(await statusFor(user)).toBe(rules.isLimited ? 403 : 200);
  });

  test('members of the parent inherit nothing from the child', async () => {
    const parent = await insertGroup(db);
    await insertGroup(db, { is_superuser: true, parents: [parent] });
    expect(await statusFor(await insertMember(parent))).toBe(403);
  });

  test('a cycle of groups ends', async () => {
    const [one, other] = [await insertGroup(db), await insertGroup(db)];
    await db.sql(
      rules.rolesReachChildren
        ? `INSERT INTO authentik_core_groupparentage (uuid, child_id, parent_id)
           VALUES (gen_random_uuid(), $1, $2), (gen_random_uuid(), $2, $1)`
        : `UPDATE authentik_core_group SET parent_id =
           CASE group_uuid WHEN $1::uuid THEN $2::uuid ELSE $1::uuid END
           WHERE group_uuid IN ($1::uuid, $2::uuid)`,
      [one, other],
    );
    expect(await statusFor(await insertMember(one))).toBe(403);
  });

  test('a user with a permission of their own sees everything', async () => {
    const user = await insertUser(db);
    await grantGlobal(db, user);
    expect(await statusFor(user)).toBe(200);
  });

  test('a role of the user lets them see everything', async () => {
    const [user, role] = [await insertUser(db), await insertRole(db)];
    await grantGlobal(db, role);
    await giveRole(db, user, role);
    expect(await statusFor(user)).toBe(200);
  });

  test('a role of their group lets the members see everything', async () => {
    const [group, role] = [await insertGroup(db), await insertRole(db)];
    const user = await insertMember(group);
    await grantGlobal(db, role);
    await giveRoleToGroup(db, group, role);
    expect(await statusFor(user)).toBe(200);
  });

  test(`a role of the parent group ${rules.rolesReachChildren ? 'reaches' : 'does not reach'} members of the child`, async () => {
    const [parent, role] = [await insertGroup(db), await insertRole(db)];
    await grantGlobal(db, role);
    await giveRoleToGroup(db, parent, role);
    const user = await insertMember(await insertGroup(db, { parents: [parent] }));
    expect(await statusFor(user)).toBe(rules.rolesReachChildren ? 200 : 403);
  });

  test.each([
    'user',
    'role',
  ])('an object permission of a %s shows that stage only', async (kind) => {
    const [user, role] = [await insertUser(db), await insertRole(db)];
    await giveRole(db, user, role);
    await grantObject(db, kind === 'user' ? user : role, stage);
    expect(await statusFor(user)).toBe(200);
    expect(await statusFor(user, await insertPasswordStage(db))).toBe(404);
  });

  test.each([
    ['of the same name for another application', { appLabel: 'authentik_flows', model: 'stage' }],
    ['to change', { codename: 'change_passwordstage' }],
  ])('a permission %s shows nothing', async (_which, permission) => {
    const user = await insertUser(db);
    await grantGlobal(db, user, permission);
    await grantObject(db, user, stage, permission);
    expect(await statusFor(user)).toBe(403);
  });

  test('an object permission on a stage that is gone is none', async () => {
    const user = await insertUser(db);
    await grantObject(db, user, '00000000-0000-4000-8000-000000000000');
    expect(await statusFor(user)).toBe(403);
  });

  test('the backend and the layouts of newer releases are returned', async () => {
    const backends = ['authentik.sources.kerberos.auth.KerberosBackend'];
    const newer = await insertPasswordStage(db, { backends });
    const layout = 'sidebar_left_frame_background';
    await bindStage(db, await insertFlow(db, { layout }), newer);
    const { status, body } = await ask(await insertAdminToken(), newer);
    expect(status).toBe(200);
    expect(body).toMatchObject({ backends, flow_set: [{ layout }] });
  });

  test.each(Object.entries(rules.background))('the background "%s" is %s', async (stored, url) => {
    const bound = await insertPasswordStage(db);
    await bindStage(db, await insertFlow(db, { background: stored }), bound);
    const { body } = await ask(await insertAdminToken(), bound);
    const { background, background_url } = body.flow_set[0];
    const hasNewName = rules.rolesReachChildren;
    expect([background, background_url]).toEqual(hasNewName ? [undefined, url] : [url, undefined]);
  });

  test.each([
    ['that does not expire is accepted in spite of its date', { expiring: false }, 200],
    ['that has expired is not', {}, 403],
  ])('a token %s', async (_state, token, status) => {
    const user = await insertMember(await insertGroup(db, { is_superuser: true }));
    const key = await insertToken(db, user, { expires: '2001-01-01', ...token });
    expect((await ask(key)).status).toBe(status);
  });

  // Before 2024.4 there is none: the column is NOT NULL.
  if (RELEASES.indexOf(release) >= RELEASES.indexOf('2024.6')) {
    test('a token without a date is accepted', async () => {
      const user = await insertMember(await insertGroup(db, { is_superuser: true }));
      expect((await ask(await insertToken(db, user, { expires: null }))).status).toBe(200);
    });
  }
});

const insertAdminToken = async () =>
  insertToken(db, await insertMember(await insertGroup(db, { is_superuser: true })));

describe('the frozen permission tables of 2025.12', () => {
  // Granted before the upgrade, revoked after it: only the new tables learn of that.
  const holders = {
    'globally to a user': async (old: TestDatabase, user: number) => grantGlobal(old, user),
    'globally to a group': async (old: TestDatabase, user: number) => {
      const role = await insertRole(old);
      await grantGlobal(old, role);
      await giveRole(old, user, role);
    },
    'on the stage to a user': async (old: TestDatabase, user: number) =>
      grantObject(old, user, stage),
    'on the stage to a group': async (old: TestDatabase, user: number) => {
      const role = await insertRole(old);
      await grantObject(old, role, stage);
      await giveRole(old, user, role);
    },
  };
  const OLD_TABLES = [
    'authentik_core_user_user_permissions',
    'auth_group_permissions',
    'guardian_userobjectpermission',
    'guardian_groupobjectpermission',
  ];

  beforeAll(async () => {
    db = await createDatabase('2025.8');
    stage = await insertPasswordStage(db);
  });
  afterAll(async () => {
    await service.close();
    await db.drop();
  });

  test('no longer count, and grants in the new tables do', async () => {
    const users: Record<string, number> = {};
    for (const [name, grant] of Object.entries(holders)) {
      users[name] = await insertUser(db);
      await grant(db, users[name]);
    }
    await db.upgrade('2025.12');
    await db.grantReader();
    await db.sql('DELETE FROM guardian_rolemodelpermission');
    await db.sql('DELETE FROM guardian_roleobjectpermission');
    service = await startTestService(db.url);
    for (const table of OLD_TABLES) expect(await db.sql(`SELECT FROM ${table}`)).toHaveLength(1);

    for (const [name, user] of Object.entries(users)) {
      expect([name, await statusFor(user)]).toEqual([name, 403]);
      await (name.startsWith('globally') ? grantGlobal(db, user) : grantObject(db, user, stage));
      expect([name, await statusFor(user)]).toEqual([name, 200]);
    }
  });
});
