import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Store } from '../../src/data/store.js';
import type { StageListRequest } from '../../src/domain/stage-list.js';
import { insertFlow, insertPasswordStage } from '../support/fixtures.js';
import { isAtLeast, RELEASES } from '../support/generations/generations.js';
import { createDatabase, type TestDatabase } from '../support/postgres.js';
import { openTestStore } from '../support/store.js';

const ALL = { userId: 1, sees: 'all' } as const;
const INVALID = expect.objectContaining({ code: 'invalid' });

describe.each(RELEASES)('a list of %s', (release) => {
  let db: TestDatabase;
  let store: Store;
  let granted: string;
  const list = (request: Partial<StageListRequest>) =>
    store.stages.list({ page: 1, ...request }, ALL);
  const names = async (request: Partial<StageListRequest>) =>
    (await list(request)).stages.map(({ name }) => name);

  beforeAll(async () => {
    db = await createDatabase(release);
    const flow = await insertFlow(db);
    granted = await insertPasswordStage(db, { name: 'main stage', configure_flow_id: flow });
    await insertPasswordStage(db, { name: 'stage main "x"', failed_attempts_before_cancel: 7 });
    await insertPasswordStage(db, { name: '50%_', configure_flow_id: flow });
    store = openTestStore(db.url);
  });
  afterAll(async () => {
    await store.close();
    await db.drop();
  });

  const hasTenantSizes = isAtLeast(release, '2025.12');
  const setSizes = (byDefault: number, maximum: number) =>
    db.sql(
      `INSERT INTO authentik_tenants_tenant SELECT r.* FROM jsonb_populate_record(NULL::authentik_tenants_tenant,
         jsonb_build_object('tenant_uuid', gen_random_uuid(), 'schema_name', 'public', 'name', '', 'ready', true,
           'pagination_default_page_size', $1::integer, 'pagination_max_page_size', $2::integer)) r`,
      [byDefault, maximum],
    );

  test('strips names, and takes wildcards in a search for text', async () => {
    expect(await names({ name: '\u0085 main stage\u001f' })).toEqual(['main stage']);
    expect(await names({ search: '%' })).toEqual(['50%_']);
    expect(await names({ search: '_' })).toEqual(['50%_']);
    expect(await names({ search: 'MAIN, sTaGe' })).toEqual(['main stage', 'stage main "x"']);
  });

  test('reads quotes as phrases since 2025.8', async () => {
    const search = '"main stage"';
    expect(await names({ search })).toEqual(isAtLeast(release, '2025.8') ? ['main stage'] : []);
  });

  test('orders NULL last, and since 2026.5 first', async () => {
    const flows = async (ordering: string) =>
      (await list({ ordering })).stages.map(({ configure_flow }) => configure_flow === null);
    const [last, first] = [
      [false, false, true],
      [true, false, false],
    ];
    const isNew = isAtLeast(release, '2026.5');
    expect(await flows('configure_flow')).toEqual(isNew ? first : last);
    expect(await flows('-configure_flow')).toEqual(isNew ? last : first);
    await expect(list({ ordering: 'flow_set' })).rejects.toEqual(INVALID);
  });

  test('filters by allow_show_password since 2024.8', async () => {
    const filtered = list({ allow_show_password: false });
    if (isAtLeast(release, '2024.8')) expect((await filtered).count).toBe(3);
    else await expect(filtered).rejects.toEqual(INVALID);
  });

  test('says whether there is autocomplete, since 2025.8', async () => {
    expect((await list({})).hasAutocomplete).toBe(isAtLeast(release, '2025.8'));
  });

  test('shows what was granted, and refuses a flow that does not exist', async () => {
    const page = await store.stages.list({ page: 1 }, { userId: 1, sees: new Set([granted]) });
    expect([page.count, page.stages.map(({ pk }) => pk)]).toEqual([1, [granted]]);
    await expect(list({ configure_flow: granted })).rejects.toEqual(INVALID);
  });

  test(`has pages of ${hasTenantSizes ? "the tenant's" : 'its own'} size`, async () => {
    const size = async (pageSize?: number) =>
      (await list({ ...(pageSize && { page_size: pageSize }) })).pageSize;
    if (!hasTenantSizes) {
      expect([await size(), await size(1000)]).toEqual([100, 1000]);
      await expect(size(1001)).rejects.toEqual(INVALID);
      return;
    }
    await db.sql('DELETE FROM authentik_tenants_tenant');
    expect([await size(), await size(101), await size(Number.POSITIVE_INFINITY)]).toEqual([
      20, 100, 100,
    ]);
    await setSizes(2, 3);
    expect([await size(), await size(1), await size(4)]).toEqual([2, 1, 3]);
    expect((await list({})).stages).toHaveLength(2);
    await db.sql("UPDATE authentik_tenants_tenant SET schema_name = 't_other'");
    expect([await size(), await size(101)]).toEqual([20, 100]);
  });
});
