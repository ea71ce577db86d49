import { randomBytes, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import type pg from 'pg';
import { openDatabase } from '../../src/data/database.js';
import { type Inspection, inspectDatabase } from '../../src/data/inspection.js';
import { packageRoot } from '../../src/package-root.js';
import { insertOauthToken, insertToken, insertUser } from '../support/fixtures.js';
import { RELEASES, type Release, readonlyRoleSql } from '../support/generations/generations.js';
import {
  createDatabase,
  type DatabaseOptions,
  onConnection,
  type TestDatabase,
} from '../support/postgres.js';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});
async function open(release: Release, options?: DatabaseOptions): Promise<TestDatabase> {
  const db = await createDatabase(release, options);
  cleanups.push(() => db.drop());
  return db;
}

/** Roles belong to the whole cluster: this one is gone after the test. */
async function createRole(db: TestDatabase, attributes = ''): Promise<string> {
  const name = `test_${randomBytes(8).toString('hex')}`;
  await db.sql(`CREATE ROLE ${name} ${attributes}`);
  cleanups.push(() =>
    db.sql(`REASSIGN OWNED BY ${name} TO postgres; DROP OWNED BY ${name}; DROP ROLE ${name}`),
  );
  return name;
}

/** What the service finds when it connects as a role. */
async function inspect(db: TestDatabase, role: string): Promise<Inspection> {
  await db.sql(`ALTER ROLE ${role} LOGIN PASSWORD 'stranger'`);
  const url = new URL(db.url);
  url.username = role;
  url.password = 'stranger';
  const options = { poolSize: 1, connectTimeoutMs: 5000, queryTimeoutMs: 5000, schema: 'public' };
  const database = openDatabase({ ...options, url: url.href });
  cleanups.push(() => database.close());
  return inspectDatabase(database, 'public');
}

const asReader = <Result>(db: TestDatabase, run: (client: pg.Client) => Promise<Result>) =>
  onConnection(db.url, async (client) => {
    // What a thief would do first: the settings of the role are no guard.
    await client.query('SET default_transaction_read_only = off');
    return run(client);
  });

/** Each statement with the code of its error. */
async function outcomesOf(client: pg.Client, texts: readonly string[]) {
  const outcomes: [text: string, outcome: string | undefined][] = [];
  for (const text of texts) {
    const running = client.query(text).then(
      () => 'allowed',
      ({ code }: pg.DatabaseError) => code,
    );
    outcomes.push([text, await running]);
  }
  return outcomes;
}

const TOKEN_TABLES = ['authentik_core_token', 'authentik_providers_oauth2_accesstoken'];
const NOW = '2024-06-15T12:00:00.000Z';
const BEFORE = '2024-06-15T11:59:59.999Z';
const ASK = 'SELECT credential, user_id FROM authentik_stages.public($1, $2)';

/** What the function says about each of these tokens: the user, or undefined. */
async function resolve(client: pg.Client, tokens: readonly string[], text = ASK) {
  const { rows } = await client.query(text, [tokens, NOW]);
  expect(new Set(rows.map(({ credential }) => credential)).size).toBe(rows.length);
  return tokens.map((token) => rows.find(({ credential }) => credential === token)?.user_id);
}

/** Each is refused for want of a privilege. */
const FORBIDDEN = [
  'SELECT FROM public.authentik_core_token',
  'SELECT count(*) FROM public.authentik_providers_oauth2_accesstoken',
  'TABLE public.authentik_core_token',
  'COPY public.authentik_core_token TO STDOUT',
  "COPY public.authentik_core_token TO PROGRAM 'cat'",
  'EXPLAIN ANALYZE SELECT key FROM public.authentik_core_token',
  'SELECT key FROM public.authentik_core_token FOR UPDATE',
  "DO 'BEGIN LOCK TABLE public.authentik_core_token IN ACCESS SHARE MODE; END'",
  'CREATE TEMP TABLE mine (LIKE public.authentik_core_token); INSERT INTO mine SELECT * FROM public.authentik_core_token',
  'SELECT * FROM pg_catalog.pg_statistic',
  'SELECT * FROM pg_catalog.pg_statistic_ext_data',
  'CREATE TEMP VIEW spy AS SELECT key FROM public.authentik_core_token; SELECT * FROM pg_temp.spy',
  "SELECT query_to_xml('TABLE public.authentik_core_token', true, true, '')",
  "SELECT * FROM ts_stat('SELECT to_tsvector(key) FROM public.authentik_core_token')",
  'CREATE INDEX ON public.authentik_core_token (key)',
  'CREATE STATISTICS pg_temp.spy ON key, intent FROM public.authentik_core_token',
  'REINDEX TABLE public.authentik_core_token',
  'CREATE PUBLICATION spy FOR TABLE public.authentik_core_token',
  "SELECT pg_create_logical_replication_slot('spy', 'pgoutput')",
  'CREATE EXTENSION dblink',
  'SELECT password FROM public.authentik_core_user',
  'SELECT attributes FROM public.authentik_core_user',
  'SELECT attributes FROM public.authentik_core_group',
  'SELECT u FROM public.authentik_core_user u',
  "INSERT INTO public.authentik_flows_stage VALUES (gen_random_uuid(), 'x')",
  'UPDATE public.authentik_core_user SET is_active = true',
  "UPDATE public.authentik_core_user SET password = ''",
  'DELETE FROM public.authentik_core_token',
  'TRUNCATE public.authentik_core_token',
  'ALTER TABLE public.authentik_core_token DISABLE TRIGGER ALL',
  'CREATE TABLE public.mine ()',
  'CREATE TABLE authentik_stages.mine ()',
  'CREATE SCHEMA mine',
  'CREATE VIEW public.mine AS SELECT 1',
  'CREATE OR REPLACE FUNCTION authentik_stages.public(text[], timestamptz, boolean) RETURNS int LANGUAGE sql RETURN 1',
  'ALTER FUNCTION authentik_stages.public SECURITY INVOKER',
  'ALTER FUNCTION authentik_stages.public SET search_path = public',
  'DROP FUNCTION authentik_stages.public',
  'SET ROLE postgres',
  'SET SESSION AUTHORIZATION postgres',
  'ALTER ROLE authentik_stages_reader SUPERUSER',
  "SELECT pg_read_file('postgresql.conf')",
  "SELECT lo_import('/etc/hostname')",
];

describe.each<Release>([
  '2024.6',
  '2025.8',
  '2025.12',
  '2026.5',
])('the role file for %s', (release) => {
  test('hides both tables of tokens, whatever the role tries', async () => {
    const db = await open(release, { seed: true });
    await db.sql('ANALYZE');
    const columns = await db.sql<{ table: string; column: string }>(
      `SELECT attrelid::regclass AS table, attname AS column FROM pg_attribute
       WHERE attrelid = ANY ($1::regclass[]) AND NOT attisdropped`,
      [TOKEN_TABLES],
    );
    expect(columns.length).toBeGreaterThan(20);
    const reads = columns.map(({ table, column }) => `SELECT ${column} FROM public.${table}`);
    await asReader(db, async (client) => {
      const texts = [...reads, ...FORBIDDEN];
      const outcomes = await outcomesOf(client, texts);
      expect(outcomes).toEqual(texts.map((text) => [text, '42501']));
      const { rows } = await client.query(
        'SELECT FROM pg_catalog.pg_stats WHERE tablename::text = ANY ($1)',
        [TOKEN_TABLES],
      );
      expect(rows).toEqual([]);
    });
  });

  test('lets the role ask which user a token in force stands for', async () => {
    const db = await open(release);
    const [one, other] = [await insertUser(db), await insertUser(db)];
    const key = randomUUID();
    const [lower, higher] = [randomUUID(), randomUUID()].sort() as [string, string];
    await insertToken(db, other, { key, token_uuid: higher });
    await insertToken(db, one, { key, token_uuid: lower });
    const cases: [string, number | undefined][] = [
      [key, one],
      [await insertToken(db, one, { expires: NOW }), one],
      [await insertToken(db, one, { expires: BEFORE }), undefined],
      [await insertToken(db, one, { expires: BEFORE, expiring: false }), one],
      [await insertToken(db, one, { intent: 'app_password' }), undefined],
      [await insertOauthToken(db, other), other],
      [await insertOauthToken(db, other, { expires: BEFORE }), undefined],
      [await insertOauthToken(db, other, { _scope: 'openid goauthentik.io/apis' }), undefined],
      ['unknown', undefined],
    ];
    const tokens = cases.map(([token]) => token);
    await asReader(db, async (client) => {
      expect(await resolve(client, tokens)).toEqual(cases.map(([, user]) => user));
      const withoutOauth = await resolve(client, tokens, ASK.replace('$2', '$2, false'));
      expect(withoutOauth).toEqual(cases.map(([, user]) => (user === one ? one : undefined)));
    });
  });
});

describe('the function', () => {
  test('runs as its owner, reads only, and looks for nothing outside pg_catalog', async () => {
    const db = await open('2024.6');
    const found = await db.sql(
      `SELECT prosecdef, provolatile, proconfig, proname FROM pg_proc
       WHERE pronamespace = 'authentik_stages'::regnamespace`,
    );
    expect(found).toEqual([
      {
        prosecdef: true,
        provolatile: 's',
        proconfig: ['search_path=pg_catalog'],
        proname: 'public',
      },
    ]);
  });

  test('may be executed by no other role, even one that may use the schema', async () => {
    const db = await open('2024.6');
    const stranger = await createRole(db);
    const ask = () =>
      onConnection(db.adminUrl, async (client) => {
        await client.query(`SET ROLE ${stranger}`);
        return resolve(client, ['x']);
      });
    await expect(ask()).rejects.toThrow('permission denied for schema authentik_stages');
    // Looking for the function is no query that fails: this role would read the tables of tokens itself.
    const found = await inspect(db, stranger);
    expect(found.readsTokensBy).toBe('tables');
    await db.sql(`GRANT USAGE ON SCHEMA authentik_stages TO ${stranger}`);
    await expect(ask()).rejects.toThrow('permission denied for function public');
  });

  test('does the same whatever temporary objects the caller has made', async () => {
    const db = await open('2024.6');
    const user = await insertUser(db);
    const tokens = [await insertToken(db, user), await insertOauthToken(db, user), 'unknown'];
    await asReader(db, async (client) => {
      await client.query(`
        CREATE FUNCTION pg_temp.spy() RETURNS boolean LANGUAGE plpgsql
          AS $$ BEGIN RAISE EXCEPTION 'ran as %', current_user; END $$;
        CREATE DOMAIN pg_temp.text AS pg_catalog.text CHECK (pg_temp.spy());
        CREATE DOMAIN pg_temp.timestamptz AS pg_catalog.timestamptz CHECK (pg_temp.spy());
        CREATE DOMAIN pg_temp.uuid AS pg_catalog.uuid CHECK (pg_temp.spy());
        CREATE FUNCTION pg_temp.unnest(anyarray) RETURNS SETOF pg_catalog.text LANGUAGE plpgsql
          AS $$ BEGIN PERFORM pg_temp.spy(); END $$;
        CREATE FUNCTION pg_temp.string_to_array(pg_catalog.text, pg_catalog.text)
          RETURNS pg_catalog.text[] LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_temp.spy(); END $$;
        CREATE TEMP TABLE authentik_core_token (key pg_catalog.text, user_id integer);
        CREATE TEMP TABLE request (credentials pg_catalog.text[]);
        CREATE TEMP TABLE asked (credential pg_catalog.text);
        SET search_path = pg_temp, public, pg_catalog`);
      expect(await resolve(client, tokens)).toEqual([user, user, undefined]);
    });
  });

  test('compares exactly, whatever collation comes with the strings', async () => {
    const db = await open('2024.8');
    const user = await insertUser(db);
    const tokens = [
      await insertToken(db, user, { key: `key-${randomUUID()}` }),
      await insertOauthToken(db, user, { token: `jwt-${randomUUID()}` }),
    ];
    const others = tokens.map((token) => token.toUpperCase());
    await asReader(db, async (client) => {
      await client.query(
        "CREATE COLLATION pg_temp.blind (provider = icu, locale = 'und-u-ks-level1', deterministic = false)",
      );
      const { rows } = await client.query('SELECT $1 = $2 COLLATE pg_temp.blind AS same', [
        others[0],
        tokens[0],
      ]);
      expect(rows).toEqual([{ same: true }]);
      const text = ASK.replace('$1', '$1::text[] COLLATE pg_temp.blind');
      expect(await resolve(client, tokens, text)).toEqual([user, user]);
      expect((await client.query(text, [others, NOW])).rows).toEqual([]);
    });
  });

  test('leaves no lock that tells between which tokens a string is', async () => {
    const db = await open('2024.6');
    const find = "SELECT FROM pg_locks WHERE mode = 'SIReadLock'";
    await asReader(db, async (client) => {
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
      expect(await resolve(client, ['x'])).toEqual([undefined]);
      expect((await client.query(find)).rows).toEqual([]);
      await client.query('ROLLBACK; BEGIN ISOLATION LEVEL SERIALIZABLE');
      await expect(resolve(client, ['x'])).rejects.toThrow('in a SERIALIZABLE transaction');
    });
  });

  test("of a tenant stands beside that of public, each for its own schema's tokens", async () => {
    const db = await open('2025.12');
    await db.sql(`CREATE SCHEMA "t_a'b"; DO $$ DECLARE t name; BEGIN
      FOR t IN SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
      LOOP EXECUTE format('CREATE TABLE "t_a''b".%I (LIKE public.%I INCLUDING ALL)', t, t); END LOOP; END $$`);
    await db.sql(`SET LOCAL search_path TO "t_a'b"; ${readonlyRoleSql('2025.12')}`);
    const user = await insertUser(db);
    const token = await insertToken(db, user);
    await asReader(db, async (client) => {
      expect(await resolve(client, [token])).toEqual([user]);
      expect(await resolve(client, [token], ASK.replace('public', `"t_a'b"`))).toEqual([undefined]);
    });
  });
});

describe('what PostgreSQL gives to every role', () => {
  test('is taken back by the statements in SECURITY.md', async () => {
    const db = await open('2024.6');
    await db.sql('GRANT CREATE ON SCHEMA public TO PUBLIC');
    const tries = [
      'CREATE TABLE public.mine ()',
      'CREATE TEMP TABLE mine ()',
      "CREATE COLLATION pg_temp.blind (provider = icu, locale = 'und')",
      'SELECT lo_create(0)',
      'SELECT lo_creat(0)',
      "SELECT lo_from_bytea(0, '')",
    ];
    const outcomes = () => asReader(db, (client) => outcomesOf(client, tries));
    expect(await outcomes()).toEqual(tries.map((text) => [text, 'allowed']));
    const [, statements = ''] =
      /```sql\n(.*?)```/s.exec(readFileSync(join(packageRoot, 'SECURITY.md'), 'utf8')) ?? [];
    const name = new URL(db.url).pathname.slice(1);
    await db.sql(statements.replace('DATABASE authentik', `DATABASE ${name}`));
    expect(await outcomes()).toEqual(tries.map((text) => [text, '42501']));
  });
});

describe('running the file', () => {
  /** What the role may do with the tables and columns of the database, beside the catalogs. */
  const privileges = (db: TestDatabase) =>
    db.sql(`SELECT c.oid::regclass::text AS table, attname, privilege
      FROM pg_class c JOIN pg_attribute ON attrelid = c.oid AND attnum > 0 AND NOT attisdropped
      CROSS JOIN unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'REFERENCES']) privilege
      WHERE relkind IN ('r', 'v') AND relnamespace::regnamespace::text !~ '^(pg_|information_schema)'
        AND has_column_privilege('authentik_stages_reader', c.oid, attnum, privilege)
      ORDER BY 1, 2, 3`);

  test('a second time changes nothing, and takes back what was granted by hand', async () => {
    const db = await open('2024.6');
    const before = await privileges(db);
    await db.sql(
      'GRANT SELECT, UPDATE ON authentik_core_user, authentik_core_token TO authentik_stages_reader',
    );
    expect(await privileges(db)).not.toEqual(before);
    await db.grantReader();
    expect(await privileges(db)).toEqual(before);
    expect(new Set(before.map(({ privilege }) => privilege))).toEqual(new Set(['SELECT']));
  });

  test('runs nothing that somebody else has put into the schema', async () => {
    const db = await open('2024.6');
    await db.sql(`CREATE FUNCTION public.trap(text, text) RETURNS text LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'ran as %', current_user; END $$;
      CREATE FUNCTION public.format(text, name) RETURNS text LANGUAGE sql AS 'SELECT public.trap($1, $2)';
      CREATE FUNCTION public.format(text, text) RETURNS text LANGUAGE sql AS 'SELECT public.trap($1, $2)';
      CREATE FUNCTION public.current_schema() RETURNS text LANGUAGE sql AS 'SELECT public.trap(NULL, NULL)';
      CREATE OPERATOR public.|| (LEFTARG = text, RIGHTARG = text, FUNCTION = public.trap)`);
    await expect(db.sql("SELECT format('%I', current_schema())")).rejects.toThrow('ran as');
    await db.grantReader();
  });

  test('after each step of an upgrade leaves what a new database of that release gets', async () => {
    const db = await open('2024.6');
    const token = await insertToken(db, await insertUser(db), { expires: null });
    for (const release of RELEASES.slice(RELEASES.indexOf('2024.6') + 1)) {
      await db.upgrade(release);
      // The function of the old file survives the migrations.
      await asReader(db, async (client) =>
        expect(await resolve(client, [token])).not.toContain(undefined),
      );
      await db.grantReader();
      await db.grantReader();
      await asReader(db, async (client) =>
        expect(await resolve(client, [token])).not.toContain(undefined),
      );
      const fresh = await createDatabase(release);
      expect([release, await privileges(db)]).toEqual([release, await privileges(fresh)]);
      await fresh.drop();
    }
  }, 30_000);

  test("before authentik's migrations fails, and leaves everything as it was", async () => {
    const db = await open('2024.6');
    const before = await privileges(db);
    for (const release of ['2024.8', '2026.2'] as const) {
      await expect(db.sql(readonlyRoleSql(release))).rejects.toThrow('does not exist');
    }
    expect(await privileges(db)).toEqual(before);
    await asReader(db, async (client) => expect(await resolve(client, ['x'])).toEqual([undefined]));
  });

  test('grants in the first schema of search_path only', async () => {
    const db = await open('2024.6', { schema: 't_acme' });
    await db.sql('CREATE TABLE public.authentik_core_user (id integer)');
    const tables = (await privileges(db)).map(({ table }) => table);
    expect(tables).toContain('authentik_core_user');
    expect(tables).not.toContain('public.authentik_core_user');
  });

  const OWN = (schema: string, owner: string) => `
    ALTER SCHEMA ${schema} OWNER TO ${owner};
    DO $$ DECLARE t regclass; BEGIN
      FOR t IN SELECT oid FROM pg_class WHERE relnamespace = '${schema}'::regnamespace AND relkind = 'r'
      LOOP EXECUTE format('ALTER TABLE %s OWNER TO ${owner}', t); END LOOP; END $$`;

  test('takes no CREATEROLE where the role exists: the owner of the tables is enough', async () => {
    const db = await open('2026.2', { schema: 'owned' });
    const before = await privileges(db);
    const owner = await createRole(db);
    await db.sql('DROP SCHEMA authentik_stages CASCADE');
    await db.sql(`GRANT CREATE ON DATABASE ${new URL(db.url).pathname.slice(1)} TO ${owner}`);
    await db.sql(OWN('owned', owner));
    await db.sql('REVOKE ALL ON ALL TABLES IN SCHEMA owned FROM authentik_stages_reader');
    const token = await insertToken(db, await insertUser(db));
    await onConnection(db.adminUrl, (client) =>
      client.query(`SET search_path TO owned; SET ROLE ${owner}; ${readonlyRoleSql('2026.2')}`),
    );
    expect(await privileges(db)).toEqual(before);
    await asReader(db, async (client) =>
      expect(await resolve(client, [token], ASK.replace('.public', '.owned'))).not.toContain(
        undefined,
      ),
    );
  });

  test('creates the role with its settings and no more power, and the documented uninstall leaves nothing', async () => {
    const db = await open('2024.6');
    const creator = await createRole(db, 'CREATEROLE');
    await db.sql('DROP SCHEMA authentik_stages CASCADE; DROP OWNED BY authentik_stages_reader');
    await db.sql(OWN('public', creator));
    await db.sql(`GRANT CREATE ON DATABASE ${new URL(db.url).pathname.slice(1)} TO ${creator}`);
    const file = readonlyRoleSql('2024.6');
    const [, inDatabase = '', once = ''] =
      /run in each database: (.*)\n-- and once: (.*)\n/.exec(file) ?? [];
    expect([inDatabase, once]).not.toContain('');
    // The documentation gives the same statements to whoever may not run the file, and to whoever is through with it.
    const page = readFileSync(join(packageRoot, 'docs/databases.md'), 'utf8').replace(/;\n/g, '; ');
    for (const text of [
      inDatabase,
      once.slice(0, -1),
      ...(file.match(/(?<=^ *)ALTER ROLE .*;/gm) ?? []),
    ]) {
      expect(page).toContain(text);
    }
    const find = `SELECT rolcanlogin, rolinherit, rolsuper, rolcreatedb, rolcreaterole, rolreplication,
      rolbypassrls, rolconfig FROM pg_roles WHERE rolname = 'authentik_stages_reader'`;
    await onConnection(db.adminUrl, async (client) => {
      // Other databases use the role: it is renamed for this transaction only.
      await client.query('BEGIN; ALTER ROLE authentik_stages_reader RENAME TO test_renamed_reader');
      await client.query(`SET LOCAL ROLE ${creator}; ${file}`);
      const { rows } = await client.query(find);
      await client.query(`RESET ROLE; ${inDatabase}; ${once}`);
      const { rows: left } = await client.query(
        `${find} UNION ALL SELECT false, false, false, false, false, false, false, NULL
         FROM pg_namespace WHERE nspname = 'authentik_stages'`,
      );
      await client.query('ROLLBACK');
      expect(rows).toEqual([
        {
          ...{ rolcanlogin: true, rolinherit: false, rolsuper: false, rolcreatedb: false },
          ...{ rolcreaterole: false, rolreplication: false, rolbypassrls: false },
          rolconfig: [
            'search_path=pg_catalog',
            'default_transaction_read_only=on',
            'default_transaction_isolation=read committed',
            'statement_timeout=2s',
            'lock_timeout=500ms',
            'jit=off',
          ],
        },
      ]);
      expect(left).toEqual([]);
    });
  });

  test.each([
    'ALTER ROLE authentik_stages_reader CREATEDB',
    'GRANT pg_read_all_data TO authentik_stages_reader',
  ])('refuses a role that has more rights: %s', async (statement) => {
    const db = await open('2024.6');
    await onConnection(db.adminUrl, async (client) => {
      await client.query(`BEGIN; ${statement}`);
      const running = client.query(readonlyRoleSql('2024.6'));
      await expect(running).rejects.toThrow('has rights that it must not have');
      await client.query('ROLLBACK');
    });
  });
});
