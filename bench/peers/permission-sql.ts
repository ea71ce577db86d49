/** The one permission query of the straightforward handlers; groups nest, which no query builder can follow. */

/** $1: the user's id, $2: the stage as text. One PermissionRow. */
export const permissionQuery = `
  WITH RECURSIVE permission AS (
    SELECT p.id FROM auth_permission p JOIN django_content_type c ON c.id = p.content_type_id
    WHERE c.app_label = 'authentik_stages_password' AND c.model = 'passwordstage'
      AND p.codename = 'view_passwordstage'
  ), member (group_id, hops) AS (
    SELECT group_id, 0 FROM authentik_core_user_ak_groups WHERE user_id = $1::integer
    UNION
    SELECT g.parent_id, hops + 1 FROM member JOIN authentik_core_group g ON g.group_uuid = member.group_id
    WHERE g.parent_id IS NOT NULL AND hops < 19
  ), auth_groups AS (
    SELECT group_id FROM authentik_core_user_groups WHERE user_id = $1::integer
  ), granted AS (
    SELECT object_pk FROM guardian_userobjectpermission
    WHERE user_id = $1::integer AND permission_id IN (SELECT id FROM permission)
    UNION ALL
    SELECT object_pk FROM guardian_groupobjectpermission
    WHERE group_id IN (SELECT group_id FROM auth_groups) AND permission_id IN (SELECT id FROM permission)
  )
  SELECT
    EXISTS (SELECT FROM authentik_core_group
      WHERE is_superuser AND group_uuid IN (SELECT group_id FROM member)) AS "isSuperuser",
    EXISTS (SELECT FROM authentik_core_user_user_permissions
      WHERE user_id = $1::integer AND permission_id IN (SELECT id FROM permission))
    OR EXISTS (SELECT FROM auth_group_permissions
      WHERE group_id IN (SELECT group_id FROM auth_groups)
        AND permission_id IN (SELECT id FROM permission)) AS "hasGlobalView",
    EXISTS (SELECT FROM granted
      JOIN authentik_stages_password_passwordstage ON stage_ptr_id = object_pk::uuid) AS "hasObjectView",
    $2::text IN (SELECT object_pk FROM granted) AS "isGranted"`;
