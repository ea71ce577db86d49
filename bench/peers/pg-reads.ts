/** The reads with the bare driver: three SQL texts, each prepared once on each connection. */
import pg from 'pg';
import type { PasswordStageRow } from '../../src/domain/password-stage.js';
import { permissionQuery } from './permission-sql.js';
import { API_SCOPE, type PermissionRow, type Reads, type UserRow } from './reads.js';

const isLive = '(NOT t.expiring OR t.expires IS NULL OR t.expires >= $2::timestamptz)';
const userColumns = `u.id AS "userId", u.is_active AS "isActive",
  u.type = 'internal_service_account' AS "isInternalServiceAccount"`;

const tokenQuery = {
  name: 'token',
  text: `SELECT ${userColumns} FROM authentik_core_token t JOIN authentik_core_user u ON u.id = t.user_id
    WHERE t.key = $1 AND t.intent = 'api' AND ${isLive} ORDER BY t.token_uuid LIMIT 1`,
};

const accessTokenQuery = {
  name: 'access-token',
  text: `SELECT ${userColumns}, '${API_SCOPE}' = ANY (string_to_array(t._scope, ' ')) AS "hasScope"
    FROM authentik_providers_oauth2_accesstoken t JOIN authentik_core_user u ON u.id = t.user_id
    WHERE t.token = $1 AND t._scope ILIKE '%${API_SCOPE}%' AND ${isLive} ORDER BY t.id LIMIT 1`,
};

const stageQuery = {
  name: 'stage',
  text: `SELECT s.stage_uuid AS "stageUuid", s.name, p.backends, p.configure_flow_id AS "configureFlowId",
      p.failed_attempts_before_cancel AS "failedAttemptsBeforeCancel",
      f.flow_uuid AS "flowUuid", f.policybindingmodel_ptr_id AS "policyBindingModelId", f.name AS "flowName",
      f.slug, f.title, f.designation, f.background, m.policy_engine_mode AS "policyEngineMode",
      f.compatibility_mode AS "compatibilityMode", f.layout, f.denied_action AS "deniedAction"
    FROM authentik_stages_password_passwordstage p
    JOIN authentik_flows_stage s ON s.stage_uuid = p.stage_ptr_id
    LEFT JOIN authentik_flows_flowstagebinding b ON b.stage_id = s.stage_uuid
    LEFT JOIN authentik_flows_flow f ON f.flow_uuid = b.target_id
    LEFT JOIN authentik_policies_policybindingmodel m ON m.pbm_uuid = f.policybindingmodel_ptr_id
    WHERE p.stage_ptr_id = $1
    ORDER BY f.slug COLLATE "C", b."order"`,
};

export function openPgReads(url: string): Reads {
  const pool = new pg.Pool({ connectionString: url });

  async function first<Row>(query: pg.QueryConfig, ...values: unknown[]): Promise<Row | undefined> {
    const { rows } = await pool.query({ ...query, values });
    return rows[0];
  }

  return {
    async findUser(token) {
      const now = new Date().toISOString();
      const user = await first<UserRow>(tokenQuery, token, now);
      if (user) return user;
      const access = await first<UserRow & { hasScope: boolean }>(accessTokenQuery, token, now);
      return access?.hasScope ? access : undefined;
    },

    async findPermissions(userId, stageUuid) {
      const row = await first<PermissionRow>(
        { name: 'permission', text: permissionQuery },
        userId,
        stageUuid,
      );
      return row as PermissionRow;
    },

    async findStage(stageUuid) {
      const { rows } = await pool.query({ ...stageQuery, values: [stageUuid] });
      const [stage] = rows;
      if (!stage) return undefined;
      return {
        ...stage,
        flows: stage.flowUuid === null ? [] : rows.map((row) => ({ ...row, name: row.flowName })),
      } as PasswordStageRow;
    },
  };
}
