import { afterEach, describe, expect, test } from '@jest/globals';
import { pathTo } from '../support/contract.js';
import {
  bindStage,
  insertFlow,
  insertGroup,
  insertPasswordStage,
  insertToken,
  insertUser,
  joinGroup,
} from '../support/fixtures.js';
import { RELEASES, type Release, readonlyRoleSql } from '../support/generations/generations.js';
import { until } from '../support/live/until.js';
import { createDatabase, type TestDatabase } from '../support/postgres.js';
import { startTestService } from '../support/service.js';
import { send } from '../support/wire.js';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

async function openTenant(release: Release, schema: string) {
  const db = await createDatabase(release, { schema });
  cleanups.push(() => db.drop());
  const token = await insertSuperuserToken(db);
  const stage = await insertPasswordStage(db);
  await bindStage(db, await insertFlow(db, { background: 'a.png' }), stage);
  return { db, token, stage };
}

async function insertSuperuserToken(db: TestDatabase): Promise<string> {
  const user = await insertUser(db);
  await joinGroup(db, user, await insertGroup(db, { is_superuser: true }));
  return insertToken(db, user);
}

async function serve(db: TestDatabase, environment: Readonly<Record<string, string>>) {
  const service = await startTestService(db.url, { environment });
  cleanups.push(() => service.close());
  return async (token: string, stage: string) => {
    const headers = { Authorization: `Bearer ${token}` };
    const { status, text } = await send(service.url, pathTo(stage), { headers });
    return { status, body: JSON.parse(text) };
  };
}

const SINCE_TENANTS = RELEASES.filter((release) => release !== '2023.10');

describe('DATABASE_SCHEMA', () => {
  test.each(
    SINCE_TENANTS,
  )('serves a tenant of %s from its own folder of files', async (release) => {
    const { db, token, stage } = await openTenant(release, 't_acme');
    const ask = await serve(db, { DATABASE_SCHEMA: 't_acme' });
    const { status, body } = await ask(token, stage);
    expect(status).toBe(200);
    const { background, background_url = background } = body.flow_set[0];
    expect(background_url).toMatch(/^(\/files)?\/media\/t_acme\/a\.png$/);
  });

  test('keeps the tenants of one database apart', async () => {
    const { db, token, stage } = await openTenant('2024.6', 't_acme');
    await db.sql('CREATE SCHEMA t_other');
    await db.sql(`DO $$ DECLARE t name; BEGIN
      FOR t IN SELECT relname FROM pg_class
        WHERE relnamespace = 't_acme'::regnamespace AND relkind = 'r'
      LOOP EXECUTE format('CREATE TABLE t_other.%I (LIKE t_acme.%I INCLUDING ALL)', t, t); END LOOP;
    END $$`);
    await db.sql(`SET LOCAL search_path TO t_other; ${readonlyRoleSql('2024.6')}`);
    const acme = await serve(db, { DATABASE_SCHEMA: 't_acme' });
    const other = await serve(db, { DATABASE_SCHEMA: 't_other' });
    expect(await acme(token, stage)).toMatchObject({ status: 200 });
    expect(await other(token, stage)).toMatchObject({
      status: 403,
      body: { code: 'authentication_failed' },
    });
  });

  test.each([
    'T_Upper',
    'with blank',
    `quo"te's`,
    'back\\slash',
    '"; DROP SCHEMA public; --',
    'ümläut',
  ])('takes the name %s as it is', async (schema) => {
    const { db, token, stage } = await openTenant('2025.8', schema);
    const ask = await serve(db, { DATABASE_SCHEMA: schema });
    expect(await ask(token, stage)).toMatchObject({ status: 200, body: { pk: stage } });
    // What tells releases apart, too, has to be looked for in this schema: tables of 2025.12 take it out of service.
    await db.upgrade('2025.12');
    expect(await ask(token, stage)).toMatchObject({ status: 503 });
    await db.grantReader();
    await until('it is served again', async () => (await ask(token, stage)).status === 200);
  });
});

describe('AUTHENTIK_WEB_PATH', () => {
  test('stands before the URLs of authentik', async () => {
    const { db, token, stage } = await openTenant('2025.8', 'public');
    const ask = await serve(db, { AUTHENTIK_WEB_PATH: '/sso/' });
    const [flow] = (await ask(token, stage)).body.flow_set;
    expect(flow.background).toBe('/sso/media/public/a.png');
    expect(flow.export_url).toBe(`/sso/api/v3/flows/instances/${flow.slug}/export/`);
  });

  test('does not stand before uploads of releases that left it out there', async () => {
    const { db, token, stage } = await openTenant('2024.6', 'public');
    const ask = await serve(db, { AUTHENTIK_WEB_PATH: '/sso/' });
    const [flow] = (await ask(token, stage)).body.flow_set;
    expect(flow.background).toBe('/media/public/a.png');
  });
});
