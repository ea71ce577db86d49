/** Turns the rows of a password stage into its representation in the contract. */
import type { Flow, PasswordStage } from '../contract/types.js';
import { type FlowImageRules, flowImage } from './flow-image.js';

type Text<Name extends string> = Readonly<Record<Name, string>>;
type FlowText = 'id' | 'policyBindingModelId' | 'name' | 'slug' | 'title' | 'designation' | 'layout' | 'deniedAction';

/** A flow that a stage is bound to, and at which position. The columns behind enums hold any text. */
export interface BindingRow {
  readonly order: number;
  readonly flow: Text<FlowText> & {
    readonly background: string | null;
    readonly compatibilityMode: boolean;
    readonly policyBindingModel: Text<'policyEngineMode'>;
  };
}

/** A password stage with all its bindings, in any order. */
export interface PasswordStageRow extends Text<'id'> {
  readonly backends: readonly string[];
  readonly configureFlowId: string | null;
  readonly failedAttemptsBeforeCancel: number;
  /** Undefined for a release without it. */
  readonly allowShowPassword?: boolean;
  readonly stage: Text<'name'> & { readonly bindings: readonly BindingRow[] };
}

/** Nothing is checked here: a value outside an enum fails the response validation, and is never sent. */
export function toPasswordStage(row: PasswordStageRow, image: FlowImageRules): PasswordStage {
  return {
    pk: row.id,
    name: row.stage.name,
    component: 'ak-stage-password-form',
    verbose_name: 'Password Stage',
    verbose_name_plural: 'Password Stages',
    meta_model_name: 'authentik_stages_password.passwordstage',
    flow_set: [...row.stage.bindings].sort(bySlugAndOrder).map(({ flow }) => toFlow(flow, image)),
    // The column holds any text; the contract lists what it may be.
    backends: row.backends as PasswordStage['backends'],
    configure_flow: row.configureFlowId,
    failed_attempts_before_cancel: row.failedAttemptsBeforeCancel,
    ...(row.allowShowPassword !== undefined && { allow_show_password: row.allowShowPassword }),
  };
}

/** By code point, so that the order does not depend on the database's locale; authentik's own is that of the table scan. */
function bySlugAndOrder(one: BindingRow, other: BindingRow): number {
  if (one.flow.slug !== other.flow.slug) return one.flow.slug < other.flow.slug ? -1 : 1;
  return one.order - other.order;
}

function toFlow(flow: BindingRow['flow'], image: FlowImageRules): Flow {
  return {
    pk: flow.id,
    policybindingmodel_ptr_id: flow.policyBindingModelId,
    name: flow.name,
    slug: flow.slug,
    title: flow.title,
    // As with backends, here and below.
    designation: flow.designation as Flow['designation'],
    ...flowImage(flow.background, image),
    policy_engine_mode: flow.policyBindingModel.policyEngineMode as Flow['policy_engine_mode'],
    compatibility_mode: flow.compatibilityMode,
    export_url: `${image.webPath}/api/v3/flows/instances/${flow.slug}/export/`,
    layout: flow.layout as Flow['layout'],
    denied_action: flow.deniedAction as Flow['denied_action'],
  };
}
