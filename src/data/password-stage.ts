/** What is read of a password stage, and the representation in the contract that is made of it. */
import type { Prisma } from '../../generated/prisma/client.js';
import type { Flow, PasswordStage } from '../contract/types.js';
import { type FlowImageRules, flowImage } from '../domain/flow-image.js';

const FLOW = {
  ...{ id: true, policyBindingModelId: true, name: true, slug: true, title: true, designation: true },
  ...{ background: true, compatibilityMode: true, layout: true, deniedAction: true },
  policyBindingModel: { select: { policyEngineMode: true } },
} as const satisfies Prisma.FlowSelect;
export const SELECT = {
  ...{ id: true, backends: true, configureFlowId: true, failedAttemptsBeforeCancel: true, allowShowPassword: true },
  stage: { select: { name: true, bindings: { select: { order: true, flow: { select: FLOW } } } } },
} as const satisfies Prisma.PasswordStageSelect;

type Row = Prisma.PasswordStageGetPayload<{ select: typeof SELECT }>;
/** With all its bindings, in any order. */
export type PasswordStageRow = Omit<Row, 'allowShowPassword'> & {
  /** Undefined for a release without it. */
  readonly allowShowPassword?: boolean;
};
export type BindingRow = Row['stage']['bindings'][number];

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
