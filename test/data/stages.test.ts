import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { PasswordStage } from '../../src/contract/types.js';
import { checkResponse, pathTo } from '../support/contract.js';
import {
  bindStage,
  type FlowFixture,
  insertFlow,
  insertGroup,
  insertPasswordStage,
  insertToken,
  insertUser,
  joinGroup,
  type PasswordStageFixture,
} from '../support/fixtures.js';
import { createDatabase, type TestDatabase } from '../support/postgres.js';
import { startTestService, type TestService } from '../support/service.js';
import { send } from '../support/wire.js';

const OPERATION = 'stages_password_retrieve';

let db: TestDatabase;
let service: TestService;
let token: string;

beforeAll(async () => {
  db = await createDatabase('2024.6');
  // An order of some language, as most databases have.
  await db.sql('ALTER TABLE authentik_flows_flow ALTER slug TYPE varchar(50) COLLATE "und-x-icu"');
  const user = await insertUser(db);
  await joinGroup(db, user, await insertGroup(db, { is_superuser: true }));
  token = await insertToken(db, user);
  service = await startTestService(db.url);
});
afterAll(async () => {
  await service.close();
  await db.drop();
});

async function ask(stage: string) {
  const response = await send(service.url, pathTo(stage), {
    headers: { Authorization: `Bearer ${token}` },
  });
  expect(checkResponse(OPERATION, response)).toEqual([]);
  return response;
}

/** The stage as the service returns it. */
async function retrieve(stage: string): Promise<PasswordStage> {
  const { status, text } = await ask(stage);
  expect(status).toBe(200);
  return JSON.parse(text);
}

const retrieveNew = async (stage: PasswordStageFixture) =>
  retrieve(await insertPasswordStage(db, stage));

/** The one flow of a new stage. */
async function retrieveFlow(flow: FlowFixture): Promise<PasswordStage['flow_set'][number]> {
  const stage = await insertPasswordStage(db);
  await bindStage(db, await insertFlow(db, flow), stage);
  const [found] = (await retrieve(stage)).flow_set;
  if (!found) throw new Error('The stage has no flow.');
  return found;
}

const slugsOf = ({ flow_set }: PasswordStage) => flow_set.map(({ slug }) => slug);

describe('flow_set', () => {
  test('is empty for a stage that is bound to nothing', async () => {
    expect((await retrieveNew({})).flow_set).toEqual([]);
  });

  test('is ordered by the code points of the slugs, not by the language of the database', async () => {
    const slugs = ['b', 'a', 'B', '_x', '-y', '10', '9', 'aa', 'Z', 'a-a', 'a_a'];
    const stage = await insertPasswordStage(db);
    for (const [order, slug] of slugs.entries()) {
      await bindStage(db, await insertFlow(db, { slug }), stage, order);
    }
    expect(slugsOf(await retrieve(stage))).toEqual([...slugs].sort());
  });

  test('has a flow as often as it uses the stage', async () => {
    const stage = await insertPasswordStage(db);
    const [first, second] = [
      await insertFlow(db, { slug: 'bound-once' }),
      await insertFlow(db, { slug: 'bound-thrice' }),
    ];
    for (const order of [30, 10, 20]) await bindStage(db, second, stage, order);
    await bindStage(db, first, stage, 99);
    expect(slugsOf(await retrieve(stage))).toEqual([
      'bound-once',
      'bound-thrice',
      'bound-thrice',
      'bound-thrice',
    ]);
  });

  test('does not have the flows of other stages', async () => {
    const [stage, other] = [await insertPasswordStage(db), await insertPasswordStage(db)];
    const flow = await insertFlow(db);
    await bindStage(db, flow, other);
    expect((await retrieve(stage)).flow_set).toEqual([]);
    await bindStage(db, flow, stage);
    expect((await retrieve(stage)).flow_set).toHaveLength(1);
  });

  test('takes the policy engine mode from the flow, not from the binding', async () => {
    expect((await retrieveFlow({ policy_engine_mode: 'all' })).policy_engine_mode).toBe('all');
  });

  test('has all of 1,000 bindings', async () => {
    const stage = await insertPasswordStage(db);
    const flow = await insertFlow(db, { slug: 'bound-often' });
    await db.sql(
      `WITH model AS (
         INSERT INTO authentik_policies_policybindingmodel (pbm_uuid, policy_engine_mode)
         SELECT gen_random_uuid(), 'any' FROM generate_series(1, 1000)
         RETURNING pbm_uuid
       )
       INSERT INTO authentik_flows_flowstagebinding
         (fsb_uuid, policybindingmodel_ptr_id, target_id, stage_id, "order",
          evaluate_on_plan, re_evaluate_policies, invalid_response_action)
       SELECT gen_random_uuid(), pbm_uuid, $1, $2, row_number() OVER (), false, true, 'retry'
       FROM model`,
      [flow, stage],
    );
    expect(slugsOf(await retrieve(stage))).toEqual(new Array(1000).fill('bound-often'));
  });

  test.each<[string | null, string]>([
    [null, '/static/dist/assets/images/flow_background.jpg'],
    ['', '/static/dist/assets/images/flow_background.jpg'],
    ['/static/own.jpg', '/static/own.jpg'],
    ['https://images.example/a.png', 'https://images.example/a.png'],
    ['flow-backgrounds/a b.png', '/media/public/flow-backgrounds/a%20b.png'],
  ])('returns the background %j as %s', async (background, url) => {
    expect(await retrieveFlow({ background })).toHaveProperty('background', url);
  });
});

describe('configure_flow', () => {
  test('is null for a stage without one', async () => {
    expect((await retrieveNew({ configure_flow_id: null })).configure_flow).toBeNull();
  });

  test('is the UUID of the flow', async () => {
    const flow = await insertFlow(db);
    expect((await retrieveNew({ configure_flow_id: flow })).configure_flow).toBe(flow);
  });
});

describe('failed_attempts_before_cancel', () => {
  test.each([-(2 ** 31), -1, 0, 2 ** 31 - 1])('may be %i', async (value) => {
    const stage = await retrieveNew({ failed_attempts_before_cancel: value });
    expect(stage.failed_attempts_before_cancel).toBe(value);
  });
});

describe('backends', () => {
  const [inbuilt, ldap] = [
    'authentik.core.auth.InbuiltBackend',
    'authentik.sources.ldap.auth.LDAPBackend',
  ];

  test.each([
    [[]],
    [[ldap, inbuilt]],
    [[inbuilt, ldap]],
    [[inbuilt, inbuilt]],
  ])('%j stay as they are stored', async (backends) => {
    expect((await retrieveNew({ backends })).backends).toEqual(backends);
  });

  test.each([
    [[inbuilt, null]],
    [['']],
    [[`${inbuilt} `]],
  ])('%j have no words in the contract: 500', async (backends) => {
    const stage = await insertPasswordStage(db, { backends });
    expect((await ask(stage)).status).toBe(500);
  });
});

describe('text', () => {
  test.each([
    'quotes " \' ` and \\ backslashes',
    'line\nfeed\ttab\rreturn',
    '\u0001\u001f\u007f\u0080 control characters',
    '\u2028 line and \u2029 paragraph separators',
    'Grüße 日本語 👩‍👩‍👧‍👦 \u202eright to left',
    'e\u0301 is not é',
    '</script><!-- & %00 %(app)s $x {{x}}',
    '',
    'x'.repeat(10_000),
  ])('%j comes back unchanged', async (name) => {
    const flow = await retrieveFlow({ name, title: name });
    expect(flow).toMatchObject({ name, title: name });
    expect((await retrieveNew({ name })).name).toBe(name);
  });
});

describe('a stage', () => {
  test('of another kind is not found', async () => {
    const uuid = randomUUID();
    await db.sql('INSERT INTO authentik_flows_stage (stage_uuid, name) VALUES ($1, $2)', [
      uuid,
      uuid,
    ]);
    expect((await ask(uuid)).status).toBe(404);
  });

  test('is read anew for each request', async () => {
    const stage = await insertPasswordStage(db, { name: 'before' });
    const before = await ask(stage);
    await db.sql("UPDATE authentik_flows_stage SET name = 'after' WHERE stage_uuid = $1", [stage]);
    const after = await ask(stage);
    expect(JSON.parse(after.text).name).toBe('after');
    expect(after.headers.get('etag')).not.toBe(before.headers.get('etag'));
    await db.sql('DELETE FROM authentik_stages_password_passwordstage WHERE stage_ptr_id = $1', [
      stage,
    ]);
    expect((await ask(stage)).status).toBe(404);
  });

  test('is not mixed up with those asked at the same time', async () => {
    const stages = await Promise.all(Array.from({ length: 100 }, () => insertPasswordStage(db)));
    const responses = await Promise.all(stages.map(retrieve));
    expect(responses.map(({ pk, name }) => [pk, name])).toEqual(stages.map((uuid) => [uuid, uuid]));
  });

  test.each<[string, PasswordStageFixture]>([
    ['that the contract cannot express', { backends: ['nonsense'] }],
    ['that cannot be read', { backends: ['authentik.core.auth.InbuiltBackend', null] }],
  ])('%s spoils none of those asked for at the same time', async (_what, stage) => {
    const broken = await insertPasswordStage(db, stage);
    const good = await Promise.all(Array.from({ length: 9 }, () => insertPasswordStage(db)));
    const responses = await Promise.all([...good, broken, ...good, broken].map(ask));
    const nine = new Array(9).fill(200);
    expect(responses.map(({ status }) => status)).toEqual([...nine, 500, ...nine, 500]);
    const [, code] = /"code":"(\w+)"/.exec(responses.at(-1)?.text ?? '') ?? [];
    expect(code).toBe('internal_error');
  });
});
