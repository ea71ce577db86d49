import { randomUUID } from 'node:crypto';
import * as authentik from '@goauthentik/api';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { DEMO } from '../../src/demo/demo.js';
import { contract } from '../support/contract.js';
import { DEMO_TOKENS, startDemoService, type TestService } from '../support/service.js';

let service: TestService;
beforeAll(async () => {
  service = await startDemoService();
});
afterAll(() => service.close());

function retrieve(token: string, stageUuid: string = DEMO.stageUuid) {
  const configuration = new authentik.Configuration({
    basePath: service.url + contract.basePath,
    accessToken: token,
  });
  return new authentik.StagesApi(configuration).stagesPasswordRetrieve({ stageUuid });
}

/** Status and body of the error that the client throws. */
async function failure(response: Promise<unknown>): Promise<{ status: number; body: unknown }> {
  const error = await response.catch((reason: unknown) => reason);
  if (!(error instanceof authentik.ResponseError)) throw error;
  return { status: error.response.status, body: await error.response.json() };
}

describe("authentik's own client for 2024.6", () => {
  test('gets the stage in its own types', async () => {
    const stage: authentik.PasswordStage = await retrieve(DEMO_TOKENS.auditor);
    expect(stage).toMatchObject({
      pk: DEMO.stageUuid,
      name: 'default-authentication-password',
      component: 'ak-stage-password-form',
      verboseName: 'Password Stage',
      backends: [
        authentik.BackendsEnum.CoreAuthInbuiltBackend,
        authentik.BackendsEnum.SourcesLdapAuthLdapBackend,
        authentik.BackendsEnum.CoreAuthTokenBackend,
      ],
      configureFlow: '71b14eb6-09e5-4a3c-a8c3-4dfdb1b5ebef',
      failedAttemptsBeforeCancel: 5,
    });
    expect(stage.flowSet).toEqual([
      expect.objectContaining({
        slug: 'default-authentication-flow',
        designation: authentik.FlowDesignationEnum.Authentication,
        layout: authentik.FlowLayoutEnum.Stacked,
        compatibilityMode: false,
        exportUrl: '/api/v3/flows/instances/default-authentication-flow/export/',
      }),
    ]);
  });

  test('gets 403 with a reason', async () => {
    expect(await failure(retrieve(DEMO_TOKENS.noPermission))).toEqual({
      status: 403,
      body: { detail: expect.any(String), code: 'permission_denied' },
    });
  });

  test('gets 403 for an unknown token', async () => {
    expect(await failure(retrieve('unknown'))).toMatchObject({ status: 403 });
  });

  test('gets 404 for an unknown stage and for a hidden one', async () => {
    const notFound = { status: 404, body: { detail: 'Not found.', code: 'not_found' } };
    expect(await failure(retrieve(DEMO_TOKENS.administrator, randomUUID()))).toEqual(notFound);
    expect(await failure(retrieve(DEMO_TOKENS.singleStage, randomUUID()))).toEqual(notFound);
  });

  test('gets 400 for what is no UUID', async () => {
    expect(await failure(retrieve(DEMO_TOKENS.administrator, 'x'))).toMatchObject({
      status: 400,
      body: { code: 'invalid', non_field_errors: [expect.any(String)] },
    });
  });
});
