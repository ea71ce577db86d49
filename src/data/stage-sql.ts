/** Reads password stages with their flows: the join that all statements share, and its rows put together. */
import type { FlowRow, PasswordStageRow } from '../domain/password-stage.js';
import type { QualifyTable } from './access-sql.js';

/** FROM items with the aliases `p` (password stage) and `s` (stage). */
export function stageTables(table: QualifyTable): string {
  return `${table('authentik_stages_password_passwordstage')} p
      JOIN ${table('authentik_flows_stage')} s ON s.stage_uuid = p.stage_ptr_id`;
}

/** Columns of a JoinedRow, without its position. */
export const STAGE_COLUMNS = `s.stage_uuid AS "stageUuid", s.name, p.backends,
      p.configure_flow_id AS "configureFlowId",
      p.failed_attempts_before_cancel AS "failedAttemptsBeforeCancel",
      f.flow_uuid AS "flowUuid", f.policybindingmodel_ptr_id AS "policyBindingModelId",
      f.name AS "flowName", f.slug, f.title, f.designation, f.background,
      m.policy_engine_mode AS "policyEngineMode", f.compatibility_mode AS "compatibilityMode",
      f.layout, f.denied_action AS "deniedAction"`;

/** Joins the flows of the stage `s`, one row for each binding, or one with nulls for a stage without any. */
export function joinFlows(table: QualifyTable): string {
  return `LEFT JOIN (
      ${table('authentik_flows_flowstagebinding')} b
      JOIN ${table('authentik_flows_flow')} f ON f.flow_uuid = b.target_id
      JOIN ${table('authentik_policies_policybindingmodel')} m
        ON m.pbm_uuid = f.policybindingmodel_ptr_id
    ) ON b.stage_id = s.stage_uuid`;
}

/** Slugs are ordered by code point, so that the order does not depend on the database's locale. */
export const FLOW_ORDER = 'f.slug COLLATE "C", b."order"';

/** A stage and one of its flows. */
export interface JoinedRow extends Omit<PasswordStageRow, 'flows'>, Omit<FlowRow, 'flowUuid'> {
  /** Which of the stages that were asked for this is, from 1. */
  readonly position: number;
  readonly flowUuid: string | null;
  readonly flowName: string;
}

/** Rows of one stage follow each other, with the flows in order. */
export function groupByStage(rows: readonly JoinedRow[]): Map<number, PasswordStageRow> {
  const flowsOf = new Map<number, FlowRow[]>();
  const stages = new Map<number, PasswordStageRow>();
  for (const row of rows) {
    let flows = flowsOf.get(row.position);
    if (!flows) {
      flows = [];
      flowsOf.set(row.position, flows);
      stages.set(row.position, toStageRow(row, flows));
    }
    if (row.flowUuid !== null) flows.push(toFlowRow(row, row.flowUuid));
  }
  return stages;
}

function toStageRow(row: JoinedRow, flows: readonly FlowRow[]): PasswordStageRow {
  return {
    stageUuid: row.stageUuid,
    name: row.name,
    backends: row.backends,
    configureFlowId: row.configureFlowId,
    failedAttemptsBeforeCancel: row.failedAttemptsBeforeCancel,
    flows,
  };
}

function toFlowRow(row: JoinedRow, flowUuid: string): FlowRow {
  return {
    flowUuid,
    policyBindingModelId: row.policyBindingModelId,
    name: row.flowName,
    slug: row.slug,
    title: row.title,
    designation: row.designation,
    background: row.background,
    policyEngineMode: row.policyEngineMode,
    compatibilityMode: row.compatibilityMode,
    layout: row.layout,
    deniedAction: row.deniedAction,
  };
}
