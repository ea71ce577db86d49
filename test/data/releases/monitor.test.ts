import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { createSchemaMonitor } from '../../../src/data/releases/monitor.js';
import { DEMO } from '../../../src/demo/demo.js';
import { pathTo } from '../../support/contract.js';
import {
  bindStage,
  ensurePermission,
  grantObject,
  insertFlow,
  insertPasswordStage,
  insertToken,
  insertUser,
} from '../../support/fixtures.js';
import {
  type Release,
  readonlyRoleSql,
  upgradeSteps,
} from '../../support/generations/generations.js';
import { upgradeStatements } from '../../support/generations/statements.js';
import { startTraffic, type Traffic } from '../../support/live/traffic.js';
import { until } from '../../support/live/until.js';
import { createDatabase, onConnection, type TestDatabase } from '../../support/postgres.js';
import { DEMO_TOKENS, startTestService, type TestService } from '../../support/service.js';
import { openTestDatabase } from '../../support/store.js';
import { send } from '../../support/wire.js';

// Locks make some requests wait for their deadline.
jest.setTimeout(30_000);

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

async function open(release: Release) {
  const db = await createDatabase(release, { seed: true });
  cleanups.push(() => db.drop());
  return db;
}

async function serve(db: TestDatabase): Promise<TestService> {
  const service = await startTestService(db.url);
  cleanups.push(() => service.close());
  return service;
}

function drive(service: TestService, token: string): Traffic {
  const traffic = startTraffic(service.url, { token, clients: 2, pauseMs: 2 });
  cleanups.push(() => traffic.stop());
  return traffic;
}

const last = ({ exchanges }: Traffic) => exchanges.at(-1)?.status;
const statuses = ({ exchanges }: Traffic) => [...new Set(exchanges.map(({ status }) => status))];

const NOT_USABLE = 'database not usable';
const complaints = ({ log }: TestService) =>
  log.filter(({ msg }) => msg === NOT_USABLE).map(({ err }) => (err as Error).message);

/** As an upgrade commits: all at once, or each statement by itself. */
type Mode = 'in one transaction' | 'statement by statement';

async function run(db: TestDatabase, mode: Mode, statements: readonly string[]): Promise<void> {
  // Several statements in one text are one transaction, whose waiting foreign keys would bar changes to tables.
  const transaction = ['SET CONSTRAINTS ALL IMMEDIATE', ...statements].join(';\n');
  const texts = mode === 'in one transaction' ? [transaction] : statements;
  await onConnection(db.adminUrl, async (client) => {
    // Readers take the same tables in another order: of the two, they shall be the ones to give way.
    await client.query("SET deadlock_timeout = '30s'");
    for (const text of texts) await client.query(text);
  });
}

/** An upgrade, with `extra` statements once roles hold the grants and the old tables are frozen. */
function upgrade(from: Release, to: Release, mode: Mode, extra: readonly string[]): string[] {
  const stepsOf = mode === 'in one transaction' ? upgradeSteps : upgradeStatements;
  return [...stepsOf(from, '2025.12'), ...extra, ...stepsOf('2025.12', to)];
}

const SHAPES: Partial<Record<Release, string>> = {
  '2024.6': 'background',
  '2025.8': 'background, allow_show_password',
  '2025.12': 'background_url, allow_show_password',
  '2026.2': 'background_url, allow_show_password',
};

/** The fields that some release lacks. */
function shapeOf(text: string): string {
  const { flow_set, ...stage } = JSON.parse(text);
  const fields = [...Object.keys(flow_set[0]), ...Object.keys(stage)];
  return fields.filter((field) => /^background|^allow/.test(field)).join(', ');
}

async function insertCaller(db: TestDatabase): Promise<{ userId: number; token: string }> {
  const userId = await insertUser(db);
  return { userId, token: await insertToken(db, userId) };
}

describe.each<Mode>(['in one transaction', 'statement by statement'])('an upgrade %s', (mode) => {
  test.each<[Release, Release]>([
    ['2024.6', '2025.12'],
    ['2025.8', '2025.12'],
    ['2025.12', '2026.2'],
    ['2024.6', '2026.2'],
  ])('from %s to %s shows 503 until it is understood, never a wrong permission', async (from, to) => {
    const db = await open(from);
    const { permission_id, content_type_id } = await ensurePermission(db);
    const [revoked, frozen] = [await insertCaller(db), await insertCaller(db)];
    await grantObject(db, revoked.userId, DEMO.stageUuid);
    const service = await serve(db);
    const traffic = {
      auditor: drive(service, DEMO_TOKENS.auditor),
      revoked: drive(service, revoked.token),
      frozen: drive(service, frozen.token),
      nobody: drive(service, DEMO_TOKENS.noPermission),
    };
    await until('everyone is served', () => Object.values(traffic).every(last));

    await run(
      db,
      mode,
      upgrade(from, to, mode, [
        `INSERT INTO guardian_userobjectpermission (user_id, permission_id, content_type_id, object_pk)
         VALUES (${frozen.userId}, ${permission_id}, ${content_type_id}, '${DEMO.stageUuid}')`,
        `DELETE FROM guardian_roleobjectpermission WHERE role_id IN (
           SELECT role_id FROM authentik_core_user_roles WHERE user_id = ${revoked.userId})`,
      ]),
    );
    const upgradedAt = performance.now();
    await db.sql(readonlyRoleSql(to));
    // The last response may still be one to a request that was sent before.
    const isLate = ({ exchanges }: typeof traffic.auditor, wanted: number) =>
      exchanges.some(({ startedAt, status }) => startedAt > upgradedAt && status === wanted);
    await until(
      'the new permissions count',
      () => isLate(traffic.auditor, 200) && isLate(traffic.revoked, 403),
    );
    await Promise.all(Object.values(traffic).map((each) => each.stop()));

    const { auditor, revoked: revokedTraffic, ...others } = traffic;
    expect([200, 503]).toEqual(expect.arrayContaining(statuses(auditor)));
    for (const each of Object.values(others)) {
      expect([403, 503]).toEqual(expect.arrayContaining(statuses(each)));
    }
    const late = revokedTraffic.exchanges.filter(({ startedAt }) => startedAt > upgradedAt);
    expect(late.filter(({ status }) => status === 200)).toEqual([]);
    const all = Object.values(traffic).flatMap(({ exchanges }) => exchanges);
    expect(all.flatMap(({ problems }) => problems)).toEqual([]);
    const bodies = all
      .filter(({ status }) => status === 200)
      .map((each) => ({ ...each, shape: shapeOf(each.text) }));
    expect([SHAPES[from], SHAPES[to]]).toEqual(
      expect.arrayContaining(bodies.map(({ shape }) => shape)),
    );
    const lateBodies = bodies.filter(({ startedAt }) => startedAt > upgradedAt);
    expect(new Set(lateBodies.map(({ shape }) => shape))).toEqual(new Set([SHAPES[to]]));
  });

  test('from 2025.4 to 2025.8 never shows a background by the old rule', async () => {
    const db = await open('2024.6');
    const stage = await insertPasswordStage(db);
    await bindStage(db, await insertFlow(db, { background: '/own/picture.png' }), stage);
    const service = await serve(db);
    const seen: { at: number; status: number; background: string | undefined }[] = [];
    async function look() {
      const at = performance.now();
      const headers = { Authorization: `Bearer ${DEMO_TOKENS.administrator}` };
      const { status, text } = await send(service.url, pathTo(stage), { headers });
      seen.push({ at, status, background: JSON.parse(text).flow_set?.[0]?.background });
    }
    await look();
    const stepsOf = mode === 'in one transaction' ? upgradeSteps : upgradeStatements;
    const [upgraded] = await Promise.all([
      run(db, mode, [...stepsOf('2024.6', '2025.8'), readonlyRoleSql('2025.8')]).then(() =>
        performance.now(),
      ),
      ...Array.from({ length: 20 }, look),
    ]);
    await until('the new rule counts', async () => {
      await look();
      return seen.at(-1)?.background === '/own/picture.png';
    });
    expect(seen[0]?.background).toBe('/media/public/own/picture.png');
    const late = seen.filter(({ at, status }) => at > upgraded && status !== 503);
    expect(new Set(late.map(({ background }) => background))).toEqual(
      new Set(['/own/picture.png']),
    );
  });
});

describe('a role without the grants of the new release', () => {
  test('gets 503 with the columns and the file in the log, and service once the file is run', async () => {
    const db = await open('2024.6');
    const service = await serve(db);
    const auditor = drive(service, DEMO_TOKENS.auditor);
    await until('the auditor is served', () => last(auditor) === 200);
    await db.upgrade('2025.12');
    await until('the missing grants are noticed', () => complaints(service).some(isAboutGrants));
    expect(last(auditor)).toBe(503);
    await db.grantReader();
    await until('the auditor is served again', () => last(auditor) === 200);
    expect(statuses(auditor)).toEqual([200, 503]);
  });
});

const isAboutGrants = (message: string) =>
  /guardian_rolemodelpermission \(role_id, permission_id\).*run prisma\/reader-role\/2025\.12\.sql/.test(
    message,
  );

describe('a database that is away', () => {
  test('is looked at once in a moment, however many ask, and told of once', async () => {
    const database = openTestDatabase('postgresql://nobody@127.0.0.1:1/nothing');
    cleanups.push(() => database.close());
    let looks = 0;
    const select: typeof database.select = (statement) => {
      looks += 1;
      return database.select(statement);
    };
    const told: unknown[] = [];
    const onChange = (found: unknown) => told.push(found);
    const options = { schema: 'public', webPath: '', onChange };
    const monitor = createSchemaMonitor({ ...database, select }, options);
    const ask = () => monitor.get().catch((error: Error) => error);
    const first = await ask();
    const failedAt = performance.now();
    expect(await Promise.all([ask(), ask()])).toEqual([first, first]);
    expect(looks).toBe(1);
    await until('it is looked at again', async () => (await ask()) !== first);
    expect(looks).toBe(2);
    expect(performance.now() - failedAt).toBeGreaterThan(200);
    expect(told).toEqual([first]);
    monitor.close();
  });
});

describe('a change that no release makes', () => {
  test('of a column that was prepared for is survived', async () => {
    const db = await open('2024.6');
    const service = await serve(db);
    const auditor = drive(service, DEMO_TOKENS.auditor);
    await until('the auditor is served', () => last(auditor) === 200);
    await db.sql('ALTER TABLE authentik_flows_stage ALTER name TYPE varchar(200)');
    await auditor.steady();
    expect([200, 503]).toEqual(expect.arrayContaining(statuses(auditor)));
  });

  test('to half a migration gets 503 until it is complete', async () => {
    const db = await open('2024.6');
    const service = await serve(db);
    const auditor = drive(service, DEMO_TOKENS.auditor);
    await until('the auditor is served', () => last(auditor) === 200);
    await db.sql('ALTER TABLE authentik_core_group RENAME parent_id TO was_parent_id');
    await until('the missing column is noticed', () => complaints(service).some(isAboutParents));
    await db.sql('ALTER TABLE authentik_core_group RENAME was_parent_id TO parent_id');
    await auditor.steady();
    expect(statuses(auditor)).toEqual([200, 503]);
  });
});

const isAboutParents = (message: string) =>
  /authentik_core_group\.parent_id of type uuid is missing/.test(message);
