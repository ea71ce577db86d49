import { afterEach, describe, expect, test } from '@jest/globals';
import { tablesOf } from '../../src/data/tables.js';
import { GENERATIONS, type Generation } from '../../src/domain/generation.js';
import { RELEASES, type Release, readonlyRoleSql } from '../support/generations/generations.js';
import {
  createDatabase,
  type DatabaseOptions,
  onConnection,
  type TestDatabase,
} from '../support/postgres.js';

const opened: TestDatabase[] = [];
async function open(release: Release, options?: DatabaseOptions): Promise<TestDatabase> {
  const db = await createDatabase(release, options);
  opened.push(db);
  return db;
}
afterEach(async () => {
  for (const db of opened.splice(0)) await db.drop();
});

const asReader = (db: TestDatabase, text: string) =>
  onConnection(db.url, (client) => client.query(text));

/** What the role may read and change, by schema, as `table.column`. */
function privileges(db: TestDatabase): Promise<{ schema: string; read: string[]; rest: number }[]> {
  return db.sql(`
    SELECT nspname AS schema,
      coalesce(array_agg(relname || '.' || attname) FILTER (
        WHERE has_column_privilege('authentik_stages_reader', c.oid, attname, 'SELECT')), '{}') AS read,
      count(*) FILTER (
        WHERE has_column_privilege('authentik_stages_reader', c.oid, attname, 'INSERT, UPDATE, REFERENCES')
          OR has_table_privilege('authentik_stages_reader', c.oid,
            'DELETE, TRUNCATE, TRIGGER, MAINTAIN'))::integer AS rest
    FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace JOIN pg_attribute ON attrelid = c.oid
    WHERE nspname !~ '^(pg_|information_schema)' AND relkind <> 'i' AND relkind <> 'S' AND attnum > 0
    GROUP BY nspname ORDER BY nspname`);
}

function columnsRead(release: Release): string[] {
  const generation = GENERATIONS[RELEASES.indexOf(release)] as Generation;
  return Object.entries(tablesOf(generation)).flatMap(([table, columns]) =>
    Object.keys(columns).map((column) => `${table}.${column}`),
  );
}

function sorted(values: readonly string[] = []): string[] {
  return [...values].sort();
}

const WRITES = [
  "INSERT INTO authentik_flows_stage VALUES (gen_random_uuid(), 'x')",
  'UPDATE authentik_core_user SET is_active = true',
  'DELETE FROM authentik_core_token',
  'TRUNCATE authentik_core_token',
  'SELECT key FROM authentik_core_token FOR UPDATE',
  'CREATE TABLE mine ()',
];

describe.each(RELEASES)('reader-role for %s', (release) => {
  test('grants the columns that the service reads, and nothing else', async () => {
    const db = await open(release);
    const [found] = await privileges(db);
    expect(sorted(found?.read)).toEqual(sorted(columnsRead(release)));
    expect(found?.rest).toBe(0);
  });

  test('refuses the passwords', async () => {
    const db = await open(release);
    const reading = asReader(db, 'SELECT password FROM authentik_core_user');
    await expect(reading).rejects.toMatchObject({ code: '42501' });
  });

  test('refuses to write, even outside its read-only default', async () => {
    const db = await open(release);
    await onConnection(db.url, async (client) => {
      await client.query('SET default_transaction_read_only = off');
      for (const statement of WRITES) {
        await expect(client.query(statement)).rejects.toMatchObject({ code: '42501' });
      }
    });
  });
});

describe('reader-role', () => {
  test('starts every transaction read-only', async () => {
    const db = await open('2024.6');
    const deleting = asReader(db, 'DELETE FROM authentik_core_token');
    await expect(deleting).rejects.toMatchObject({ code: '25006' });
  });

  test('run again after an upgrade, leaves the grants of the new release only', async () => {
    const db = await open('2024.6');
    await db.upgrade('2025.12');
    await db.grantReader();
    expect(sorted((await privileges(db))[0]?.read)).toEqual(sorted(columnsRead('2025.12')));
    await db.upgrade('2026.2');
    await db.grantReader();
    expect(sorted((await privileges(db))[0]?.read)).toEqual(sorted(columnsRead('2026.2')));
  });

  test('takes back what was granted by hand', async () => {
    const db = await open('2024.6');
    await db.sql('GRANT SELECT, DELETE ON authentik_core_user TO authentik_stages_reader');
    await db.grantReader();
    const [found] = await privileges(db);
    expect(found).toMatchObject({ rest: 0 });
    expect(sorted(found?.read)).toEqual(sorted(columnsRead('2024.6')));
  });

  test('grants in the first schema of search_path only', async () => {
    const db = await open('2024.6', { schema: 't_acme' });
    await db.sql('CREATE TABLE public.authentik_core_token (key text)');
    expect(await privileges(db)).toMatchObject([
      { schema: 'public', read: [], rest: 0 },
      { schema: 't_acme', rest: 0 },
    ]);
    await asReader(db, 'SELECT key FROM t_acme.authentik_core_token');
  });

  test('needs no superuser: the owner of the tables is enough where the role exists', async () => {
    const db = await open('2026.2', { schema: 'owned' });
    await db.sql(`DO $$ BEGIN CREATE ROLE test_owner; EXCEPTION WHEN duplicate_object THEN END $$`);
    await db.sql('ALTER SCHEMA owned OWNER TO test_owner');
    await db.sql(`DO $$ DECLARE t regclass; BEGIN
      FOR t IN SELECT oid FROM pg_class WHERE relnamespace = 'owned'::regnamespace AND relkind = 'r'
      LOOP EXECUTE format('ALTER TABLE %s OWNER TO test_owner', t); END LOOP; END $$`);
    await db.sql('REVOKE ALL ON ALL TABLES IN SCHEMA owned FROM authentik_stages_reader');
    await onConnection(db.adminUrl, (client) =>
      client.query(`SET search_path TO owned; SET ROLE test_owner; ${readonlyRoleSql('2026.2')}`),
    );
    expect(sorted((await privileges(db))[0]?.read)).toEqual(sorted(columnsRead('2026.2')));
  });

  test('creates the role for an owner who may create roles, and not more powerful than that', async () => {
    const db = await open('2024.6');
    await onConnection(db.adminUrl, async (client) => {
      // The role belongs to the whole cluster, so it is renamed for this transaction only.
      await client.query('BEGIN; ALTER ROLE authentik_stages_reader RENAME TO test_renamed_reader');
      await client.query(
        'CREATE ROLE test_creator CREATEROLE; GRANT ALL ON SCHEMA public TO test_creator',
      );
      await client.query(`DO $$ DECLARE t regclass; BEGIN
        FOR t IN SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
        LOOP EXECUTE format('ALTER TABLE %s OWNER TO test_creator', t); END LOOP; END $$`);
      await client.query(`SET LOCAL ROLE test_creator; ${readonlyRoleSql('2024.6')}`);
      const { rows } = await client.query(`
        SELECT rolcanlogin, rolinherit, rolsuper, rolcreatedb, rolcreaterole, rolreplication,
          rolbypassrls, rolconfig
        FROM pg_roles WHERE rolname = 'authentik_stages_reader'`);
      await client.query('ROLLBACK');
      expect(rows).toEqual([
        {
          ...{ rolcanlogin: true, rolinherit: false, rolsuper: false, rolcreatedb: false },
          ...{ rolcreaterole: false, rolreplication: false, rolbypassrls: false },
          rolconfig: ['default_transaction_read_only=on'],
        },
      ]);
    });
  });

  test('refuses a role of that name with more rights', async () => {
    const db = await open('2024.6');
    await onConnection(db.adminUrl, async (client) => {
      await client.query('BEGIN; ALTER ROLE authentik_stages_reader CREATEDB');
      const running = client.query(readonlyRoleSql('2024.6'));
      await expect(running).rejects.toThrow('has rights that it must not have');
      await client.query('ROLLBACK');
    });
  });
});
