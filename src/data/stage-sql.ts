/** The columns of a password stage with its flows, shared by the statements that answer stages. */
import type { QualifyTable } from './access-sql.js';

/** FROM items for the aliases `p` (password stage) and `s` (stage). */
export function stageTables(table: QualifyTable): string {
  return `${table('authentik_stages_password_passwordstage')} p
    JOIN ${table('authentik_flows_stage')} s ON s.stage_uuid = p.stage_ptr_id`;
}

/**
 * The columns of a PasswordStageRow. Slugs are ordered by code point, so that the order does not depend on the
 * database's locale.
 */
export function stageColumns(table: QualifyTable): string {
  return `s.stage_uuid AS "stageUuid", s.name, p.backends,
    p.configure_flow_id AS "configureFlowId",
    p.failed_attempts_before_cancel AS "failedAttemptsBeforeCancel",
    (SELECT coalesce(json_agg(json_build_object(
        'flowUuid', f.flow_uuid, 'policyBindingModelId', f.policybindingmodel_ptr_id,
        'name', f.name, 'slug', f.slug, 'title', f.title, 'designation', f.designation,
        'background', f.background, 'policyEngineMode', m.policy_engine_mode,
        'compatibilityMode', f.compatibility_mode, 'layout', f.layout, 'deniedAction', f.denied_action
      ) ORDER BY f.slug COLLATE "C", b."order"), '[]')
      FROM ${table('authentik_flows_flowstagebinding')} b
      JOIN ${table('authentik_flows_flow')} f ON f.flow_uuid = b.target_id
      JOIN ${table('authentik_policies_policybindingmodel')} m ON m.pbm_uuid = f.policybindingmodel_ptr_id
      WHERE b.stage_id = s.stage_uuid) AS flows`;
}
