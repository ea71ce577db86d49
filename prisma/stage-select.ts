/** What is read of a password stage. `npm run generate` makes a statement of it, and copies it beside that for lists. */
import type { Prisma } from '../generated/prisma/client.js';

const FLOW = {
  ...{
    id: true,
    policyBindingModelId: true,
    name: true,
    slug: true,
    title: true,
    designation: true,
  },
  ...{ background: true, compatibilityMode: true, layout: true, deniedAction: true },
  policyBindingModel: { select: { policyEngineMode: true } },
} as const satisfies Prisma.FlowSelect;
export const SELECT = {
  ...{
    id: true,
    backends: true,
    configureFlowId: true,
    failedAttemptsBeforeCancel: true,
    allowShowPassword: true,
  },
  stage: { select: { name: true, bindings: { select: { order: true, flow: { select: FLOW } } } } },
} as const satisfies Prisma.PasswordStageSelect;
