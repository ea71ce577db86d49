import { randomUUID } from 'node:crypto';
import { METHODS } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { DEMO } from '../../src/demo/demo.js';
import type { PasswordStageRow } from '../../src/domain/password-stage.js';
import { checkResponse, contract, exampleBody, pathTo, responsesOf } from '../support/contract.js';
import { bindStage, insertFlow, insertPasswordStage } from '../support/fixtures.js';
import { createDatabase, type TestDatabase } from '../support/postgres.js';
import { PROPERTY } from '../support/property.js';
import { isExpressible, passwordStageRow } from '../support/random-rows.js';
import { DEMO_TOKENS, startTestService, type TestService } from '../support/service.js';
import { send } from '../support/wire.js';

const OPERATION = 'stages_password_retrieve';
const LIST = contract.basePath + contract.pathOf('stages_password_list');
const ADMIN = { Authorization: `Bearer ${DEMO_TOKENS.administrator}` };

let db: TestDatabase;
let service: TestService;
beforeAll(async () => {
  db = await createDatabase('2024.6', { seed: true });
  service = await startTestService(db.url);
});
afterAll(async () => {
  await service.close();
  await db.drop();
});

/** Writes the row with new UUIDs, as fast-check likes some so much that it gives them again and again. */
async function insertRow({
  stage: { name, bindings },
  ...stage
}: PasswordStageRow): Promise<string> {
  const configureFlow = stage.configureFlowId && (await insertFlow(db));
  const uuid = randomUUID();
  await insertPasswordStage(db, {
    stage_uuid: uuid,
    name: `${name} ${uuid}`,
    backends: stage.backends,
    configure_flow_id: configureFlow,
    failed_attempts_before_cancel: stage.failedAttemptsBeforeCancel,
  });
  for (const { order, flow } of bindings) {
    const flowUuid = await insertFlow(db, {
      name: flow.name,
      slug: flow.slug,
      title: flow.title,
      designation: flow.designation,
      background: flow.background,
      policy_engine_mode: flow.policyBindingModel.policyEngineMode,
      compatibility_mode: flow.compatibilityMode,
      layout: flow.layout,
      denied_action: flow.deniedAction,
    });
    await bindStage(db, flowUuid, uuid, order);
  }
  return uuid;
}

async function removeRows(): Promise<void> {
  await db.sql(`
    DELETE FROM authentik_flows_flowstagebinding;
    DELETE FROM authentik_stages_password_passwordstage WHERE stage_ptr_id <> '${DEMO.stageUuid}';
    DELETE FROM authentik_flows_flow WHERE slug <> 'default-password-change'`);
}

/** Slugs are unique, and this release has room for 50 characters. */
function fitsTable({ stage }: PasswordStageRow): boolean {
  const slugs = stage.bindings.map(({ flow }) => flow.slug);
  return new Set(slugs).size === slugs.length && slugs.every((slug) => [...slug].length <= 50);
}

describe('random rows', () => {
  test('are 200 when the contract has words for them, and 500 when not; the same in a list', async () => {
    await fc.assert(
      fc
        .asyncProperty(passwordStageRow.filter(fitsTable), async (row) => {
          const stage = await insertRow(row);
          const response = await send(service.url, pathTo(stage), { headers: ADMIN });
          expect(checkResponse(OPERATION, response)).toEqual([]);
          expect(response.status).toBe(isExpressible(row) ? 200 : 500);
          if (response.status === 500) {
            expect(JSON.parse(response.text)).toEqual(
              exampleBody(OPERATION, 500, 'internal-error'),
            );
          }
          const list = await send(service.url, `${LIST}?search=${stage}`, { headers: ADMIN });
          expect(list.status).toBe(response.status);
          if (list.status === 200) {
            expect(JSON.parse(list.text).results).toEqual([JSON.parse(response.text)]);
          }
        })
        .afterEach(removeRows),
      { ...PROPERTY, numRuns: PROPERTY.numRuns / 5 },
    );
  });
});

const headerText = fc.stringMatching(/^[!-~\u00a1-\u00ff][ -~\u00a0-\u00ff]{0,20}$/);

const path = fc.oneof(
  fc.constant(pathTo(DEMO.stageUuid)),
  fc.uuid().map(pathTo),
  fc.stringMatching(/^[!-"$->@-~]{0,40}$/).map(pathTo),
  fc.stringMatching(/^[!-"$->@-~]{0,40}$/).map((text) => `/${text}`),
);

const query = fc.oneof(
  { weight: 3, arbitrary: fc.constant('') },
  { weight: 1, arbitrary: fc.stringMatching(/^\?[!-"$-~]{0,30}$/) },
);

const headers = fc.record(
  {
    Authorization: fc.oneof(
      fc.constantFrom(...Object.values(DEMO_TOKENS)).map((token) => `Bearer ${token}`),
      headerText.map((text) => `Bearer ${text}`),
      headerText,
    ),
    Accept: fc.oneof(fc.constantFrom('*/*', 'application/json', 'text/html'), headerText),
    'If-None-Match': headerText,
    'Content-Type': headerText,
    Cookie: headerText,
    Range: headerText,
    'Accept-Encoding': fc.constantFrom('gzip', 'identity;q=0', '*;q=0'),
    'X-HTTP-Method-Override': fc.constantFrom('DELETE', 'POST'),
  },
  { requiredKeys: [] },
);

const method = fc.oneof(
  { weight: 6, arbitrary: fc.constant('GET') },
  { weight: 1, arbitrary: fc.constant('HEAD') },
  { weight: 1, arbitrary: fc.constantFrom(...METHODS.filter((name) => name !== 'CONNECT')) },
);

describe('random requests', () => {
  const documented = Object.keys(responsesOf(OPERATION)).map(Number);

  test('get documented responses only, and none of 5xx', async () => {
    const statuses = new Set<number>();
    await fc.assert(
      fc.asyncProperty(method, path, query, headers, async (method, path, query, headers) => {
        const response = await send(service.url, path + query, { method, headers });
        statuses.add(response.status);
        if (method === 'OPTIONS') {
          expect(response.status).toBe(204);
        } else {
          expect(documented).toContain(response.status);
          expect(response.status).toBeLessThan(500);
          // A response to HEAD has no body to check.
          if (method !== 'HEAD') expect(checkResponse(OPERATION, response)).toEqual([]);
        }
      }),
      PROPERTY,
    );
    for (const status of [200, 400, 403, 404, 405, 406]) expect(statuses).toContain(status);
  });
});
