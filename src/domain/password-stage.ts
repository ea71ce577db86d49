/** Turns the rows of a password stage into its representation in the contract. */
import type { Flow, PasswordStage } from '../contract/types.js';
import { backgroundUrl, type UrlRules } from './background-url.js';

/** A flow that a stage is bound to. The columns behind enums hold any text. */
export interface FlowRow {
  readonly flowUuid: string;
  readonly policyBindingModelId: string;
  readonly name: string;
  readonly slug: string;
  readonly title: string;
  readonly designation: string;
  readonly background: string | null;
  readonly policyEngineMode: string;
  readonly compatibilityMode: boolean;
  readonly layout: string;
  readonly deniedAction: string;
}

/** A password stage with one flow row for each binding, ordered by slug, then by the binding's order. */
export interface PasswordStageRow {
  readonly stageUuid: string;
  readonly name: string;
  readonly backends: readonly (string | null)[];
  readonly configureFlowId: string | null;
  readonly failedAttemptsBeforeCancel: number;
  readonly flows: readonly FlowRow[];
}

/** Nothing is checked here: a value outside an enum fails the response validation, and is never sent. */
export function toPasswordStage(row: PasswordStageRow, rules: UrlRules): PasswordStage {
  return {
    pk: row.stageUuid,
    name: row.name,
    component: 'ak-stage-password-form',
    verbose_name: 'Password Stage',
    verbose_name_plural: 'Password Stages',
    meta_model_name: 'authentik_stages_password.passwordstage',
    flow_set: row.flows.map((flow) => toFlow(flow, rules)),
    backends: row.backends as PasswordStage['backends'],
    configure_flow: row.configureFlowId,
    failed_attempts_before_cancel: row.failedAttemptsBeforeCancel,
  };
}

function toFlow(row: FlowRow, rules: UrlRules): Flow {
  return {
    pk: row.flowUuid,
    policybindingmodel_ptr_id: row.policyBindingModelId,
    name: row.name,
    slug: row.slug,
    title: row.title,
    designation: row.designation as Flow['designation'],
    background: backgroundUrl(row.background, rules),
    policy_engine_mode: row.policyEngineMode as Flow['policy_engine_mode'],
    compatibility_mode: row.compatibilityMode,
    export_url: `${rules.webPath}/api/v3/flows/instances/${row.slug}/export/`,
    layout: row.layout as Flow['layout'],
    denied_action: row.deniedAction as Flow['denied_action'],
  };
}
