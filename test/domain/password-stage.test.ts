import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { UrlRules } from '../../src/domain/background-url.js';
import { GENERATIONS } from '../../src/domain/generation.js';
import {
  type FlowRow,
  type PasswordStageRow,
  toPasswordStage,
} from '../../src/domain/password-stage.js';
import { checkResponse, responseWith, schemas } from '../support/contract.js';
import { PROPERTY } from '../support/property.js';
import { isExpressible, passwordStageRow } from '../support/random-rows.js';

const URL_RULES: UrlRules = {
  background: GENERATIONS[2].background,
  schema: 'public',
  webPath: '',
};

const FLOW: FlowRow = {
  flowUuid: '63d6a35d-4435-4f6a-91c6-9e5c597120b1',
  policyBindingModelId: '918b11f4-1079-498e-b431-4e213817cb47',
  name: 'Sign in',
  slug: 'sign-in',
  title: 'Welcome to %(app)s!',
  designation: 'authentication',
  background: 'flow-backgrounds/a b.png',
  policyEngineMode: 'all',
  compatibilityMode: true,
  layout: 'sidebar_left',
  deniedAction: 'continue',
};

const STAGE: PasswordStageRow = {
  stageUuid: '7abcedbb-ffe3-4009-970f-84fc06e75cce',
  name: 'default-authentication-password',
  backends: ['authentik.core.auth.TokenBackend', 'authentik.core.auth.InbuiltBackend'],
  configureFlowId: '71b14eb6-09e5-4a3c-a8c3-4dfdb1b5ebef',
  failedAttemptsBeforeCancel: -1,
  flows: [FLOW],
};

describe('toPasswordStage', () => {
  test('gives every column its field', () => {
    expect(toPasswordStage(STAGE, URL_RULES)).toStrictEqual({
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

  test('writes the fields in the order of the contract', () => {
    const stage = toPasswordStage(STAGE, URL_RULES);
    expect(Object.keys(stage)).toEqual(Object.keys(schemas.PasswordStage?.properties ?? {}));
    expect(Object.keys(stage.flow_set[0] ?? {})).toEqual(
      Object.keys(schemas.FlowSet?.properties ?? {}),
    );
  });

  test('keeps the order of flows and backends, and flows that are bound twice', () => {
    const second = { ...FLOW, slug: 'second' };
    const { flow_set } = toPasswordStage({ ...STAGE, flows: [second, FLOW, second] }, URL_RULES);
    expect(flow_set.map((flow) => flow.slug)).toEqual(['second', 'sign-in', 'second']);
  });

  test('leaves an unbound stage without flows, backends and configuration flow empty', () => {
    const bare = { ...STAGE, flows: [], backends: [], configureFlowId: null };
    expect(toPasswordStage(bare, URL_RULES)).toMatchObject({
      flow_set: [],
      backends: [],
      configure_flow: null,
    });
  });

  test('puts the web path before the URLs of a flow', () => {
    const { flow_set } = toPasswordStage(
      { ...STAGE, flows: [{ ...FLOW, background: '' }] },
      { ...URL_RULES, webPath: '/sso' },
    );
    expect(flow_set[0]).toMatchObject({
      background: '/sso/static/dist/assets/images/flow_background.jpg',
      export_url: '/sso/api/v3/flows/instances/sign-in/export/',
    });
  });

  test('fits the contract for exactly those rows that the contract has words for', () => {
    let expressible = 0;
    fc.assert(
      fc.property(passwordStageRow, fc.constantFrom(...GENERATIONS), (row, { background }) => {
        const body = toPasswordStage(row, { ...URL_RULES, background });
        const problems = checkResponse(
          'stages_password_retrieve',
          responseWith('stages_password_retrieve', 200, body),
        );
        expect(problems.length === 0).toBe(isExpressible(row));
        expressible += isExpressible(row) ? 1 : 0;
      }),
      PROPERTY,
    );
    expect(expressible / PROPERTY.numRuns).toBeGreaterThan(0.2);
    expect(expressible / PROPERTY.numRuns).toBeLessThan(0.9);
  });
});
