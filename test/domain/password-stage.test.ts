import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { RELEASES } from '../../src/data/releases/releases.js';
import type { FlowImageRules } from '../../src/domain/flow-image.js';
import {
  type BindingRow,
  type PasswordStageRow,
  toPasswordStage,
} from '../../src/domain/password-stage.js';
import { checkResponse, responseWith, schemas } from '../support/contract.js';
import { PROPERTY } from '../support/property.js';
import { isExpressible, passwordStageRow } from '../support/random-rows.js';

/** Of the releases since this one. */
function rulesSince(since: string, webPath = ''): FlowImageRules {
  const release = RELEASES.find((candidate) => candidate.since === since);
  if (!release) throw new Error(`There is no release ${since}.`);
  return { form: release.image, schema: 'public', webPath };
}
const DOCUMENTED = rulesSince('2024.4');

const FLOW: BindingRow['flow'] = {
  id: '63d6a35d-4435-4f6a-91c6-9e5c597120b1',
  policyBindingModelId: '918b11f4-1079-498e-b431-4e213817cb47',
  name: 'Sign in',
  slug: 'sign-in',
  title: 'Welcome to %(app)s!',
  designation: 'authentication',
  background: 'flow-backgrounds/a b.png',
  policyBindingModel: { policyEngineMode: 'all' },
  compatibilityMode: true,
  layout: 'sidebar_left',
  deniedAction: 'continue',
};

function stageWith(bindings: readonly BindingRow[]): PasswordStageRow {
  return {
    id: '7abcedbb-ffe3-4009-970f-84fc06e75cce',
    backends: ['authentik.core.auth.TokenBackend', 'authentik.core.auth.InbuiltBackend'],
    configureFlowId: '71b14eb6-09e5-4a3c-a8c3-4dfdb1b5ebef',
    failedAttemptsBeforeCancel: -1,
    stage: { name: 'default-authentication-password', bindings },
  };
}
const STAGE = stageWith([{ order: 0, flow: FLOW }]);

describe('toPasswordStage', () => {
  test('gives every column its field', () => {
    expect(toPasswordStage(STAGE, DOCUMENTED)).toStrictEqual({
      pk: '7abcedbb-ffe3-4009-970f-84fc06e75cce',
      name: 'default-authentication-password',
      component: 'ak-stage-password-form',
      verbose_name: 'Password Stage',
      verbose_name_plural: 'Password Stages',
      meta_model_name: 'authentik_stages_password.passwordstage',
      flow_set: [
        {
          pk: '63d6a35d-4435-4f6a-91c6-9e5c597120b1',
          policybindingmodel_ptr_id: '918b11f4-1079-498e-b431-4e213817cb47',
          name: 'Sign in',
          slug: 'sign-in',
          title: 'Welcome to %(app)s!',
          designation: 'authentication',
          background: '/media/public/flow-backgrounds/a%20b.png',
          policy_engine_mode: 'all',
          compatibility_mode: true,
          export_url: '/api/v3/flows/instances/sign-in/export/',
          layout: 'sidebar_left',
          denied_action: 'continue',
        },
      ],
      backends: ['authentik.core.auth.TokenBackend', 'authentik.core.auth.InbuiltBackend'],
      configure_flow: '71b14eb6-09e5-4a3c-a8c3-4dfdb1b5ebef',
      failed_attempts_before_cancel: -1,
    });
  });

  test('writes the fields in the order of the contract, by release', () => {
    const stage = { ...STAGE, allowShowPassword: true };
    const fields = (schema: string) => Object.keys(schemas[schema]?.properties ?? {});
    for (const [since, flowSchema] of [
      ['2024.8', 'FlowSet'],
      ['2025.12', 'FlowSet2025_12'],
    ] as const) {
      const body = toPasswordStage(stage, rulesSince(since));
      expect(Object.keys(body)).toEqual(fields('PasswordStage'));
      expect(Object.keys(body.flow_set[0] ?? {})).toEqual(fields(flowSchema));
    }
  });

  test.each([
    true,
    false,
  ])('says whether the password may be shown (%s), for releases that know', (allowed) => {
    expect(toPasswordStage({ ...STAGE, allowShowPassword: allowed }, DOCUMENTED)).toMatchObject({
      allow_show_password: allowed,
    });
  });

  test('orders flows by the code points of their slugs, then by binding, and keeps those bound twice', () => {
    const slugs = ['b', 'a', 'B', '_x', '-y', '10', '9', 'b', 'aa'];
    const bindings = slugs.map((slug, index) => ({
      order: 100 - index,
      flow: { ...FLOW, slug, title: String(100 - index) },
    }));
    const { flow_set } = toPasswordStage(stageWith(bindings), DOCUMENTED);
    expect(flow_set.map(({ slug }) => slug)).toEqual([...slugs].sort());
    expect(flow_set.filter(({ slug }) => slug === 'b').map(({ title }) => title)).toEqual([
      '93',
      '100',
    ]);
  });

  test('leaves an unbound stage without flows, backends and configuration flow empty', () => {
    const bare = { ...stageWith([]), backends: [], configureFlowId: null };
    expect(toPasswordStage(bare, DOCUMENTED)).toMatchObject({
      flow_set: [],
      backends: [],
      configure_flow: null,
    });
  });

  test('puts the web path before the URLs of a flow', () => {
    const row = stageWith([{ order: 0, flow: { ...FLOW, background: '' } }]);
    expect(toPasswordStage(row, rulesSince('2024.4', '/sso')).flow_set[0]).toMatchObject({
      background: '/sso/static/dist/assets/images/flow_background.jpg',
      export_url: '/sso/api/v3/flows/instances/sign-in/export/',
    });
  });

  test('fits the contract for exactly those rows that the contract has words for', () => {
    let expressible = 0;
    fc.assert(
      fc.property(passwordStageRow, fc.constantFrom(...RELEASES), (row, { since, image }) => {
        const body = toPasswordStage(row, rulesSince(since));
        const problems = checkResponse(
          'stages_password_retrieve',
          responseWith('stages_password_retrieve', 200, body),
        );
        const maxSlugLength = image === 'files' ? 60 : 50;
        expect([problems, problems.length === 0]).toEqual([
          problems,
          isExpressible(row, { maxSlugLength }),
        ]);
        expressible += problems.length === 0 ? 1 : 0;
      }),
      PROPERTY,
    );
    expect(expressible / PROPERTY.numRuns).toBeGreaterThan(0.2);
    expect(expressible / PROPERTY.numRuns).toBeLessThan(0.9);
  });
});
