/** The reads in SQL, each prepared once on each connection of the bare driver. */
import pg from 'pg';
import type { Permissions, Reads } from './handler.js';
import { databaseUrl } from './listen.js';

/** $1: the token. */
export const USER_QUERY = `SELECT u.id FROM authentik_core_token t
  JOIN authentik_core_user u ON u.id = t.user_id
  WHERE t.key = $1 AND t.intent = 'api' AND (NOT t.expiring OR t.expires >= now()) AND u.is_active
  ORDER BY t.token_uuid LIMIT 1`;

/** $1: the user's id, $2: the stage as text. */
export const PERMISSION_QUERY = `
  WITH RECURSIVE permission AS (
    SELECT p.id FROM auth_permission p JOIN django_content_type c ON c.id = p.content_type_id
    WHERE c.app_label = 'authentik_stages_password' AND c.model = 'passwordstage'
      AND p.codename = 'view_passwordstage'
  ), member (group_id) AS (
    SELECT group_id FROM authentik_core_user_ak_groups WHERE user_id = $1::integer
    UNION
    SELECT g.parent_id FROM member JOIN authentik_core_group g ON g.group_uuid = member.group_id
    WHERE g.parent_id IS NOT NULL
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
      WHERE is_superuser AND group_uuid IN (SELECT group_id FROM member))
    OR EXISTS (SELECT FROM authentik_core_user_user_permissions
      WHERE user_id = $1::integer AND permission_id IN (SELECT id FROM permission))
    OR EXISTS (SELECT FROM auth_group_permissions
      WHERE group_id IN (SELECT group_id FROM auth_groups)
        AND permission_id IN (SELECT id FROM permission)) AS "seesAll",
    EXISTS (SELECT FROM granted
      JOIN authentik_stages_password_passwordstage ON stage_ptr_id = object_pk::uuid) AS "seesAny",
    $2::text IN (SELECT object_pk FROM granted) AS "seesStage"`;

/** $1: the stage. One row for each binding, its columns in the order of the contract; `pk` is NULL where there is none. */
const STAGE_QUERY = `SELECT s.stage_uuid, s.name AS stage_name, p.backends, p.configure_flow_id AS configure_flow,
    p.failed_attempts_before_cancel, f.flow_uuid AS pk, f.policybindingmodel_ptr_id, f.name, f.slug, f.title, f.designation,
    CASE WHEN f.background = '' THEN '/static/dist/assets/images/flow_background.jpg'
      ELSE '/media/public/' || f.background END AS background, m.policy_engine_mode, f.compatibility_mode,
    '/api/v3/flows/instances/' || f.slug || '/export/' AS export_url, f.layout, f.denied_action
  FROM authentik_stages_password_passwordstage p
  JOIN authentik_flows_stage s ON s.stage_uuid = p.stage_ptr_id
  LEFT JOIN authentik_flows_flowstagebinding b ON b.stage_id = s.stage_uuid
  LEFT JOIN authentik_flows_flow f ON f.flow_uuid = b.target_id
  LEFT JOIN authentik_policies_policybindingmodel m ON m.pbm_uuid = f.policybindingmodel_ptr_id
  WHERE p.stage_ptr_id = $1
  ORDER BY f.slug COLLATE "C", b."order"`;

export function openPgReads(): Reads {
  const pool = new pg.Pool({ connectionString: databaseUrl });
  const query = async <Row>(name: string, text: string, ...values: unknown[]): Promise<Row[]> =>
    (await pool.query({ name, text, values })).rows;
  return {
    findUser: async (token) => (await query<{ id: number }>('user', USER_QUERY, token))[0]?.id,
    async findPermissions(userId, stageUuid) {
      const rows = await query<Permissions>('permission', PERMISSION_QUERY, userId, stageUuid);
      // A SELECT without FROM: always one row.
      return rows[0] as Permissions;
    },
    async findStage(stageUuid) {
      const rows = await query<Record<string, unknown>>('stage', STAGE_QUERY, stageUuid);
      const flows: object[] = [];
      let stage: Record<string, unknown> | undefined;
      for (const row of rows) {
        const { stage_uuid: pk, stage_name: name, backends, configure_flow, ...others } = row;
        const { failed_attempts_before_cancel, ...flow } = others;
        if (flow.pk !== null) flows.push(flow);
        stage ??= { pk, name, flow_set: flows, backends, configure_flow, failed_attempts_before_cancel };
      }
      return stage;
    },
  };
}
