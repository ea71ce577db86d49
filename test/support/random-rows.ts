/** Random rows as authentik's tables may hold them, which constrain neither enums nor slugs. */
import fc from 'fast-check';
import type { BindingRow, PasswordStageRow } from '../../src/domain/password-stage.js';
import { enumOf } from './contract.js';

// PostgreSQL takes any text but NUL.
const text = fc
  .string({ unit: 'binary', maxLength: 30 })
  .map((value) => value.replaceAll('\u0000', '\u2028'));

/** Mostly values of the contract; strange ones are rare, so that whole rows often have none. */
function mostly<Value>(usual: fc.Arbitrary<Value>, strange: fc.Arbitrary<Value>) {
  return fc.oneof({ weight: 40, arbitrary: usual }, { weight: 1, arbitrary: strange });
}
const maybeOf = (schema: string) => mostly(fc.constantFrom(...enumOf(schema)), text);

const slug = mostly(
  fc.stringMatching(/^[-a-zA-Z0-9_]{1,50}$/),
  fc.oneof(text, fc.stringMatching(/^[-a-z]{51,60}$/)),
);

const flow: fc.Arbitrary<BindingRow['flow']> = fc.record({
  id: fc.uuid(),
  policyBindingModelId: fc.uuid(),
  name: text,
  slug,
  title: text,
  designation: maybeOf('FlowDesignationEnum'),
  background: fc.option(fc.oneof(text, fc.webPath(), fc.webUrl())),
  policyBindingModel: fc.record({ policyEngineMode: maybeOf('PolicyEngineMode') }),
  compatibilityMode: fc.boolean(),
  layout: maybeOf('FlowLayoutEnum'),
  deniedAction: maybeOf('DeniedActionEnum'),
});

export const passwordStageRow: fc.Arbitrary<PasswordStageRow> = fc.record({
  id: fc.uuid(),
  backends: fc.array(maybeOf('BackendsEnum'), { maxLength: 5 }),
  configureFlowId: fc.option(fc.uuid()),
  failedAttemptsBeforeCancel: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  stage: fc.record({
    name: text,
    bindings: fc.array(fc.record({ order: fc.nat(), flow }), { maxLength: 4 }),
  }),
});

/** Whether the contract has words for the row; since 2025.12 a slug may have any length. */
export function isExpressible(
  { backends, stage }: PasswordStageRow,
  { maxSlugLength = 50 } = {},
): boolean {
  return (
    backends.every((backend) => enumOf('BackendsEnum').includes(backend)) &&
    stage.bindings.every(
      ({ flow }) =>
        /^[-a-zA-Z0-9_]+$/.test(flow.slug) &&
        flow.slug.length <= maxSlugLength &&
        enumOf('FlowDesignationEnum').includes(flow.designation) &&
        enumOf('PolicyEngineMode').includes(flow.policyBindingModel.policyEngineMode) &&
        enumOf('FlowLayoutEnum').includes(flow.layout) &&
        enumOf('DeniedActionEnum').includes(flow.deniedAction),
    )
  );
}
