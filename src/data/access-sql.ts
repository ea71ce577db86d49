/** The SQL of authentik's permission rules, one form for each permission model. */
import type { Generation } from '../domain/generation.js';
import { generationGuard } from './generation-guard.js';

/** Qualifies a table with the schema; quoted, so that any name of a schema is safe. */
export type QualifyTable = (table: string) => string;

export function qualifyWith(schema: string): QualifyTable {
  const quoted = `"${schema.replaceAll('"', '""')}"`;
  return (table) => `${quoted}.${table}`;
}

/** SQL about the user whose id the expression `user` gives. */
export interface PermissionSql {
  isSuperuser(user: string): string;
  hasGlobalView(user: string): string;
  /** A SELECT of the `object_pk` of each stage that was granted to the user, existing or not. */
  grantedStages(user: string): string;
  /** True while the tables still are of the generation that this SQL was made for. */
  readonly generationHolds: string;
}

export function permissionSql(generation: Generation, table: QualifyTable): PermissionSql {
  return generation.permissions === 'django'
    ? djangoPermissionSql(generation, table)
    : rolePermissionSql(generation, table);
}

/**
 * The common table expression that all of this SQL refers to: the id of the permission to view password stages. Ids
 * differ from one installation to the next, and another application has the same codename.
 */
export function viewPermission(table: QualifyTable): string {
  return `view_permission AS (
      SELECT p.id FROM ${table('auth_permission')} p
      JOIN ${table('django_content_type')} c ON c.id = p.content_type_id
      WHERE c.app_label = 'authentik_stages_password' AND c.model = 'passwordstage'
        AND p.codename = 'view_passwordstage'
    )`;
}

const PERMISSION = '(SELECT id FROM view_permission)';

/**
 * 2023.10 … 2025.10: Django's permissions of users and groups, guardian's for single objects. authentik mirrors
 * roles into Django's groups, so that roles themselves must not be looked at.
 */
function djangoPermissionSql(generation: Generation, table: QualifyTable): PermissionSql {
  const djangoGroups = (user: string) =>
    `SELECT ug.group_id FROM ${table('authentik_core_user_groups')} ug WHERE ug.user_id = ${user}`;
  const groups = (user: string) => `
    WITH RECURSIVE member(group_id, hops) AS (
      SELECT m.group_id, 0 FROM ${table(generation.membershipTable)} m WHERE m.user_id = ${user}
      UNION
      SELECT g.parent_id, member.hops + 1 FROM member
        JOIN ${table('authentik_core_group')} g ON g.group_uuid = member.group_id
        WHERE g.parent_id IS NOT NULL AND member.hops < ${generation.superuserHops ?? 0}
    ) SELECT group_id FROM member`;
  return {
    isSuperuser: (user) => isSuperuser(table, groups(user)),
    hasGlobalView: (user) => `(
      EXISTS (SELECT FROM ${table('authentik_core_user_user_permissions')} up
        WHERE up.user_id = ${user} AND up.permission_id = ${PERMISSION})
      OR EXISTS (SELECT FROM ${table('auth_group_permissions')} gp
        WHERE gp.permission_id = ${PERMISSION} AND gp.group_id IN (${djangoGroups(user)})))`,
    grantedStages: (user) => `
      SELECT uo.object_pk FROM ${table('guardian_userobjectpermission')} uo
        WHERE uo.user_id = ${user} AND uo.permission_id = ${PERMISSION}
      UNION ALL
      SELECT go.object_pk FROM ${table('guardian_groupobjectpermission')} go
        WHERE go.permission_id = ${PERMISSION} AND go.group_id IN (${djangoGroups(user)})`,
    generationHolds: generationGuard(generation, table),
  };
}

/** 2025.12 and later: permissions belong to roles; roles to users, groups, and through groups to their children. */
function rolePermissionSql(generation: Generation, table: QualifyTable): PermissionSql {
  const groups = (user: string) => `
    WITH RECURSIVE member(group_id) AS (
      SELECT m.group_id FROM ${table(generation.membershipTable)} m WHERE m.user_id = ${user}
      UNION
      SELECT gp.parent_id FROM member
        JOIN ${table('authentik_core_groupparentage')} gp ON gp.child_id = member.group_id
    ) SELECT group_id FROM member`;
  const roles = (user: string) => `
    SELECT ur.role_id FROM ${table('authentik_core_user_roles')} ur WHERE ur.user_id = ${user}
    UNION
    SELECT gr.role_id FROM ${table('authentik_core_group_roles')} gr
      WHERE gr.group_id IN (${groups(user)})`;
  return {
    isSuperuser: (user) => isSuperuser(table, groups(user)),
    hasGlobalView: (user) => `EXISTS (SELECT FROM ${table('guardian_rolemodelpermission')} rm
      WHERE rm.permission_id = ${PERMISSION} AND rm.role_id IN (${roles(user)}))`,
    grantedStages: (user) => `
      SELECT ro.object_pk FROM ${table('guardian_roleobjectpermission')} ro
        WHERE ro.permission_id = ${PERMISSION} AND ro.role_id IN (${roles(user)})`,
    generationHolds: generationGuard(generation, table),
  };
}

function isSuperuser(table: QualifyTable, groups: string): string {
  return `EXISTS (SELECT FROM ${table('authentik_core_group')} g
    WHERE g.is_superuser AND g.group_uuid IN (${groups}))`;
}
