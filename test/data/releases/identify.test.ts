import { afterEach, describe, expect, test } from '@jest/globals';
import { MARKERS, type Marker } from '../../../generated/tables.js';
import { createAccessRepository } from '../../../src/data/access.js';
import { inspectDatabase } from '../../../src/data/inspection.js';
import { nearestRelease } from '../../../src/data/releases/identify.js';
import type { Schema, SchemaMonitor } from '../../../src/data/releases/monitor.js';
import type { Release } from '../../support/generations/generations.js';
import { upgradeStatements } from '../../support/generations/statements.js';
import { createDatabase } from '../../support/postgres.js';
import { DEMO_TOKENS } from '../../support/service.js';
import { openTestDatabase, openTestStore } from '../../support/store.js';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

// Written out from authentik's migrations, not derived from the code under test.
const OF_DJANGO = ['rbac_role.uuid', 'core_group.parent_id', 'core_user_ak_groups.group_id'];
const SINCE_2024_2 = ['brands_brand.brand_uuid'];
const SINCE_2024_4 = [...SINCE_2024_2, 'core_token.expires'];
const SINCE_2024_8 = [...SINCE_2024_4, 'stages_password_passwordstage.allow_show_password'];
const SINCE_2025_8 = [...SINCE_2024_8, 'core_user.last_updated'];
const OF_ROLES = [
  'rbac_role.uuid',
  ...SINCE_2025_8,
  'core_groupparentage.parent_id',
  'core_user_roles.role_id',
];
const MARKS: readonly (readonly [string, readonly string[]])[] = [
  ['2023.10', OF_DJANGO],
  ['2024.2', [...OF_DJANGO, ...SINCE_2024_2]],
  ['2024.4', [...OF_DJANGO, ...SINCE_2024_4]],
  ['2024.8', [...OF_DJANGO, ...SINCE_2024_8]],
  ['2025.8', [...OF_DJANGO, ...SINCE_2025_8]],
  ['2025.12', [...OF_ROLES, 'core_user_ak_groups.group_id']],
  ['2026.2', [...OF_ROLES, 'core_user_groups.group_id']],
  ['2026.5', [...OF_ROLES, 'core_user_groups.group_id', 'brands_brand.flow_lockdown_id']],
];

const nameOf = ({ table, column }: Marker) => `${table.replace('authentik_', '')}.${column}`;
const sorted = (names: readonly string[]) => [...names].sort().join();

describe('nearestRelease', () => {
  test('recognises exactly the combinations that releases have', () => {
    const known = new Map(MARKS.map(([since, names]) => [sorted(names), since]));
    const names = MARKERS.map(nameOf);
    for (let subset = 0; subset < 2 ** names.length; subset += 1) {
      const found = names.filter((_name, index) => subset & (1 << index));
      const { release, deviations } = nearestRelease(
        MARKERS.filter((marker) => found.includes(nameOf(marker))).map((marker) => ({
          ...marker,
          isNotNull: false,
        })),
      );
      const isExact = deviations.length === 0;
      const expected = known.get(sorted(found));
      if (isExact || expected) expect([found, isExact && release.since]).toEqual([found, expected]);
    }
  });
});

const LIMITS = { maxWaitMs: 5000 };
const TOKENS = Object.values(DEMO_TOKENS);

describe.each<[Release, Release]>([
  ['2024.6', '2025.8'],
  ['2024.6', '2025.12'],
  ['2025.8', '2025.12'],
  ['2025.12', '2026.2'],
  ['2024.6', '2026.5'],
])('an upgrade from %s to %s', (from, to) => {
  // As superuser, who meets no missing grant: what the query itself finds out has to do it.
  test('at no statement lets a query for the old release return facts of another one', async () => {
    const db = await createDatabase(from, { seed: true });
    cleanups.push(() => db.drop());
    const store = openTestStore(db.adminUrl);
    cleanups.push(() => store.close());
    const old = await store.monitor.get();
    const looking = openTestDatabase(db.adminUrl);
    cleanups.push(() => looking.close());

    /** Whether the query for the old release still returns facts. */
    const returnsFacts = async (database: typeof looking) => {
      const { find } = createAccessRepository(database, stubborn(old), LIMITS, () => new Date());
      try {
        for (const facts of await Promise.all(TOKENS.map(find))) expect(facts).toBeDefined();
        return true;
      } catch (error) {
        expect(error).toMatchObject({ code: 'service_unavailable' });
        return false;
      }
    };
    expect(await returnsFacts(store.database)).toBe(true);
    const statements = upgradeStatements(from, to);
    for (const statement of statements) {
      await db.sql(statement);
      const { release } = await inspectDatabase(looking, 'public');
      const fresh = openTestDatabase(db.adminUrl);
      const seen = {
        prepared: await returnsFacts(store.database),
        fresh: await returnsFacts(fresh),
      };
      await fresh.close();
      // A query may fail before anyone can tell why; it may not return anything after.
      if (release !== old.release) {
        expect([statement, seen]).toEqual([statement, { prepared: false, fresh: false }]);
      }
    }
    expect(statements.length).toBeGreaterThan(5);
    expect((await inspectDatabase(looking, 'public')).release?.since).toBe(to);
  });
});

/** Never looks again. */
function stubborn(schema: Schema): SchemaMonitor {
  return {
    get: async () => schema,
    use: (run) => run(schema),
    release: schema.release,
    close: () => {},
  };
}
