/** Fills a database with rows in memory. */
import { randomUUID } from 'node:crypto';
import { isAtLeast } from '../support/generations/generations.js';
import type { TestDatabase } from '../support/postgres.js';
import type { World } from './random-world.js';

const TABLES = {
  contentTypes: 'django_content_type',
  permissions: 'auth_permission',
  djangoGroups: 'auth_group',
  djangoGroupPermissions: 'auth_group_permissions',
  users: 'authentik_core_user',
  agents: 'authentik_core_actor',
  groups: 'authentik_core_group',
  groupParents: 'authentik_core_groupparentage',
  memberships: 'authentik_core_user_ak_groups',
  djangoMemberships: 'authentik_core_user_groups',
  roles: 'authentik_rbac_role',
  groupRoles: 'authentik_core_group_roles',
  userRoles: 'authentik_core_user_roles',
  userPermissions: 'authentik_core_user_user_permissions',
  userObjectPermissions: 'guardian_userobjectpermission',
  djangoGroupObjectPermissions: 'guardian_groupobjectpermission',
  rolePermissions: 'guardian_rolemodelpermission',
  roleObjectPermissions: 'guardian_roleobjectpermission',
  tokens: 'authentik_core_token',
  accessTokens: 'authentik_providers_oauth2_accesstoken',
  policyBindingModels: 'authentik_policies_policybindingmodel',
  flows: 'authentik_flows_flow',
  stages: 'authentik_flows_stage',
  passwordStages: 'authentik_stages_password_passwordstage',
  bindings: 'authentik_flows_flowstagebinding',
} as const;
const RENAMED = { memberships: 'authentik_core_user_groups', djangoMemberships: 'gone' };

// Whatever the tables need besides.
const DATE = '2020-01-01';
const OTHERS = {
  ...{ attributes: {}, password: '', path: '', first_name: '', last_name: '', email: '' },
  ...{ date_joined: DATE, password_change_date: DATE, last_updated: DATE, auth_time: DATE },
  ...{ description: '', provider_id: 1, _id_token: '', authentication: 'none' },
  ...{ evaluate_on_plan: false, re_evaluate_policies: true, invalid_response_action: 'retry' },
};
const UNIQUE = ['uuid', 'fsb_uuid', 'identifier', 'session_id', 'username', 'name'];

/** One statement for each table. Tables and columns that the release lacks are left out. */
export async function insertWorld(db: TestDatabase, world: World): Promise<void> {
  if (isAtLeast(world.release, '2026.5')) {
    // As 2026.8 has it, which is read as 2026.5.
    await db.sql(`CREATE TABLE authentik_core_actor (user_ptr_id integer, parent_id integer);
      ALTER TABLE authentik_providers_oauth2_accesstoken ADD actor_id integer`);
  }
  const columns = await db.sql<{ table: string; column: string }>(
    `SELECT table_name AS "table", column_name AS "column"
     FROM information_schema.columns WHERE table_schema = current_schema()`,
  );
  const tables = { ...TABLES, ...(isAtLeast(world.release, '2026.2') && RENAMED) };
  for (const [key, table] of Object.entries(tables)) {
    const rows = world[key as keyof typeof TABLES].map((row) => ({
      ...OTHERS,
      ...Object.fromEntries(UNIQUE.map((column) => [column, randomUUID()])),
      ...row,
    }));
    const names = columns
      .filter(({ table: name, column }) => name === table && column in (rows[0] ?? {}))
      .map(({ column }) => `"${column}"`);
    if (names.length === 0) continue;
    await db.sql(
      `INSERT INTO ${table} (${names})
       SELECT ${names} FROM jsonb_populate_recordset(NULL::${table}, $1)`,
      [JSON.stringify(rows)],
    );
  }
  if (!isAtLeast(world.release, '2025.12')) return;
  await db.sql(
    `UPDATE authentik_tenants_tenant
     SET pagination_default_page_size = $1, pagination_max_page_size = $2`,
    [world.tenant.defaultPageSize, world.tenant.maxPageSize],
  );
}
