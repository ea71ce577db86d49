import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, test } from '@jest/globals';
import { DEMO } from '../../src/demo/demo.js';
import { insertToken, insertUser } from '../support/fixtures.js';
import type { Release } from '../support/generations/generations.js';
import { openRefusingPooler } from '../support/live/refusing-pooler.js';
import { through } from '../support/live/tcp-proxy.js';
import { until } from '../support/live/until.js';
import { createDatabase, onConnection, type TestDatabase } from '../support/postgres.js';
import { PROPERTY } from '../support/property.js';
import { createRandom } from '../support/random.js';
import { DEMO_TOKENS } from '../support/service.js';
import { openTestStore, sql } from '../support/store.js';

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

async function open(release: Release): Promise<TestDatabase> {
  const db = await createDatabase(release, { seed: true });
  cleanups.push(() => db.drop());
  return db;
}

/** What whoever may CREATE in `public` can leave there: better matches for the types that authentik's columns have. */
const TRAPS = `
  CREATE FUNCTION public.trap() RETURNS boolean LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'ran as %', current_user; END $$;
  CREATE FUNCTION public.trap(varchar, varchar) RETURNS boolean LANGUAGE sql AS 'SELECT public.trap()';
  CREATE FUNCTION public.trap(text, varchar) RETURNS boolean LANGUAGE sql AS 'SELECT public.trap()';
  CREATE FUNCTION public.trap(varchar, text) RETURNS boolean LANGUAGE sql AS 'SELECT public.trap()';
  CREATE OPERATOR public.= (LEFTARG = varchar, RIGHTARG = varchar, FUNCTION = public.trap);
  CREATE OPERATOR public.= (LEFTARG = text, RIGHTARG = varchar, FUNCTION = public.trap);
  CREATE OPERATOR public.= (LEFTARG = varchar, RIGHTARG = text, FUNCTION = public.trap);
  CREATE OPERATOR public.~ (LEFTARG = varchar, RIGHTARG = varchar, FUNCTION = public.trap);
  CREATE FUNCTION public.upper(varchar) RETURNS text LANGUAGE sql AS 'SELECT public.trap()::text'`;
const TRIGGER = "SELECT FROM django_content_type WHERE app_label = 'x'";

describe.each<Release>(['2024.6', '2026.2'])('operators in public on %s', (release) => {
  test.each([
    ['with startup parameters', false, false],
    ['with the settings of the role only', true, false],
    ['with startup parameters only, as another role', false, true],
  ])('run in no query: %s', async (_way, isPooled, isAdmin) => {
    const db = await open(release);
    await db.sql(TRAPS);
    // The trap works where the path leads to it.
    await onConnection(db.url, async (client) => {
      await client.query('SET search_path = public');
      await expect(client.query(TRIGGER)).rejects.toThrow('ran as authentik_stages_reader');
    });
    const url = isAdmin ? db.adminUrl : db.url;
    const pooler = await openRefusingPooler(Number(new URL(url).port));
    cleanups.push(() => pooler.close());
    const store = openTestStore(isPooled ? through(url, pooler) : url);
    cleanups.push(() => store.close());
    await store.check();
    for (const token of [DEMO_TOKENS.singleStage, DEMO_TOKENS.auditor]) {
      const facts = await store.access.find(token);
      expect(facts?.seesAll).toBe(token === DEMO_TOKENS.auditor);
    }
    expect(await store.stages.find(DEMO.stageUuid)).toMatchObject({ pk: DEMO.stageUuid });
    const page = await store.stages.list(
      {
        ...{ name: 'default-authentication-password', search: 'PASSWORD', ordering: '' },
        ...{ configureFlow: undefined, failedAttemptsBeforeCancel: undefined },
        ...{ allowShowPassword: undefined, page: 1, pageSize: undefined },
      },
      { userId: 1, sees: 'all' },
    );
    expect(page.count).toBe(1);
    expect(pooler.refusals).toBe(isPooled ? 1 : 0);
  });
});

test('no text of a query holds a token, for other connections of the role see it', async () => {
  const db = await open('2024.6');
  const store = openTestStore(db.url);
  cleanups.push(() => store.close());
  await store.access.find(DEMO_TOKENS.auditor);
  const seen = await onConnection(db.url, (client) =>
    client.query(
      "SELECT query FROM pg_stat_activity WHERE query LIKE '%bearer%' AND pid <> pg_backend_pid()",
    ),
  );
  expect(seen.rows).toHaveLength(1);
  expect(seen.rows[0].query).not.toContain(DEMO_TOKENS.auditor);
});

test('each statement is planned once and for all, however many keys it gets', async () => {
  const db = await open('2024.6');
  const store = openTestStore(db.url);
  cleanups.push(() => store.close());
  for (let count = 1; count <= 10; count += 1) {
    const keys = Array.from({ length: count }, () => randomUUID());
    await Promise.all(keys.flatMap((key) => [store.access.find(key), store.stages.find(key)]));
  }
  const rows = await store.database.select(
    sql(`SELECT custom_plans::integer AS "plannedAnew" FROM pg_prepared_statements
      WHERE statement LIKE '%authentik_%' AND custom_plans + generic_plans >= 10`),
  );
  // PostgreSQL compares five with the general one before it settles.
  expect(rows).toEqual([{ plannedAnew: 5 }, { plannedAnew: 5 }]);
});

// In Estonian, letters follow on z; in Czech and Danish, ch and aa sort as letters of their own; "shifted" looks at
// punctuation last.
test.each([
  'en-US',
  'et',
  'cs',
  'da',
  'en-US-u-ka-shifted',
])('keys are found, and no others, whatever the order of letters: %s', async (icuLocale) => {
  const db = await createDatabase('2024.6', { icuLocale });
  cleanups.push(() => db.drop());
  const random = createRandom(PROPERTY.seed);
  const user = await insertUser(db);
  const ALPHABETS = ['abzABZ019', 'aAchCH', 'tTuUyYzZ~', ' -._~{}!"'];
  const keys = new Set<string>();
  while (keys.size < 200) {
    const letters = [...random.pick([...ALPHABETS, ALPHABETS.join('')])];
    const length = random.pick([1, 2, 7, 8, 9, 10, 16, 17, 60]);
    keys.add(Array.from({ length }, () => random.pick(letters)).join(''));
  }
  for (const key of keys) await insertToken(db, user, { key });
  const others = [...keys].flatMap((key) => [
    ...[key.toUpperCase(), key.toLowerCase(), `${key}z`, `${key}-`, key.slice(0, -1)],
    ...[key.slice(0, 8), key.replaceAll(/\W/g, ''), `-${key}`],
  ]);
  const asked = [...keys, ...others];
  const { rows } = await onConnection(db.url, (client) =>
    client.query('SELECT credential FROM authentik_stages.public($1, now())', [asked]),
  );
  const found = rows.map(({ credential }) => credential);
  expect({ seed: PROPERTY.seed, found: found.sort() }).toEqual({
    seed: PROPERTY.seed,
    found: [...keys].sort(),
  });
});

describe('among many tokens', () => {
  const COPIES = 20_000;
  const PREFIX = 'same key ';
  const TOKEN = 'authentik_core_token';
  const ACCESS_TOKEN = 'authentik_providers_oauth2_accesstoken';

  async function openLarge(release: Release): Promise<TestDatabase> {
    const db = await open(release);
    await db.sql(
      `INSERT INTO authentik_core_token SELECT r.* FROM authentik_core_token t, generate_series(1, ${COPIES}) n,
         jsonb_populate_record(t, jsonb_build_object('token_uuid', gen_random_uuid(),
           'identifier', 'copy ' || n, 'key', '${PREFIX}' || n, 'managed', NULL)) r
       WHERE t.key = '${DEMO_TOKENS.auditor}'`,
    );
    await db.sql(
      `INSERT INTO ${ACCESS_TOKEN} SELECT r.* FROM generate_series(1, ${COPIES}) n,
         jsonb_populate_record(NULL::${ACCESS_TOKEN}, jsonb_build_object('id', n + 1000, 'token', 'copy ' || n,
           '_scope', 'openid', '_id_token', '', 'provider_id', 1, 'user_id', (SELECT min(id) FROM authentik_core_user),
           'expires', now(), 'expiring', true, 'revoked', false, 'auth_time', now(),
           'session_id', gen_random_uuid())) r`,
    );
    await db.sql('ANALYZE');
    // What this did is counted before anything is measured.
    await until('the rows are counted', async () => {
      const counts = Object.values(await scans(db));
      return counts.length === 2 && counts.every(({ inserted }) => inserted >= COPIES);
    });
    return db;
  }

  const scans = async (db: TestDatabase) => {
    const rows = await db.sql<{
      relname: string;
      byIndex: number;
      whole: number;
      inserted: number;
    }>(
      `SELECT relname, idx_scan::integer AS "byIndex", seq_scan::integer AS whole,
         n_tup_ins::integer AS inserted
       FROM pg_stat_user_tables WHERE relname = ANY ($1)`,
      [[TOKEN, ACCESS_TOKEN]],
    );
    return Object.fromEntries(rows.map(({ relname, ...counts }) => [relname, counts]));
  };

  test.each<[Release, 'function' | 'tables', boolean]>([
    ['2024.6', 'function', false],
    ['2024.6', 'tables', false],
    ['2024.8', 'function', true],
    ['2024.8', 'tables', true],
    ['2026.2', 'function', true],
  ])('%s by the %s: the key is found by its index; an OAuth token is: %s', async (release, way, hasIndex) => {
    const db = await openLarge(release);
    if (way === 'tables') await db.sql('DROP SCHEMA authentik_stages CASCADE');
    const before = await scans(db);
    const store = openTestStore(way === 'tables' ? db.adminUrl : db.url);
    expect((await store.monitor.get()).readsTokensBy).toBe(way);
    for (let index = 0; index < 10; index += 1) {
      expect(await store.access.find(DEMO_TOKENS.auditor)).toBeDefined();
      expect(await store.access.find(`unknown ${index}`)).toBeUndefined();
    }
    // The connection reports what it did as it ends.
    await store.close();
    await until('the scans are counted', async () => {
      const counts = (await scans(db))[TOKEN];
      return (counts?.byIndex ?? 0) >= (before[TOKEN]?.byIndex ?? 0) + 20;
    });
    const after = await scans(db);
    expect(after[TOKEN]?.whole).toBe(before[TOKEN]?.whole);
    const scanned = (after[ACCESS_TOKEN]?.whole ?? 0) - (before[ACCESS_TOKEN]?.whole ?? 0);
    expect(scanned).toBe(hasIndex ? 0 : 10);
  });

  test('a look-up reads the same pages for all strings that begin like a key', async () => {
    const db = await openLarge('2024.6');
    const pagesReadFor = (text: string) =>
      onConnection(db.url, async (client) => {
        const ask = `SELECT * FROM authentik_stages.public(ARRAY['${text}'], now(), false)`;
        // What only the first look-up of a connection reads is not of interest.
        await client.query(ask);
        const { rows } = await client.query(`EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${ask}`);
        const { Plan } = rows[0]['QUERY PLAN'][0];
        return Plan['Shared Hit Blocks'] + Plan['Shared Read Blocks'];
      });
    await db.sql(`VACUUM ${TOKEN}`);
    const counts: number[] = [];
    for (const rest of ['0', '1', '19999', 'zz', 'A'])
      counts.push(await pagesReadFor(PREFIX + rest));
    expect(counts).toEqual(counts.map(() => counts[0]));
    // All of them, and not only the way to one key.
    expect(counts[0]).toBeGreaterThan(COPIES / 100);
  });
});
