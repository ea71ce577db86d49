import type { RequestListener } from 'node:http';
import { describe, expect, test } from '@jest/globals';
import { PROFILES, type Profile } from '../../src/verify/profile.js';
import { type Result, runChecks } from '../../src/verify/run.js';
import { createTarget } from '../../src/verify/target.js';
import { AUTHENTIK_STAGE_BODY, AUTHENTIK_TOKENS, authentikStandIn } from '../support/authentik.js';
import { contract } from '../support/contract.js';
import { startHttpServer } from '../support/http-server.js';

async function check(profile: string, listener: RequestListener): Promise<Result[]> {
  const server = await startHttpServer(listener, { maxHeaderSize: 100_000 });
  try {
    return await runChecks(
      contract,
      createTarget(server.url + contract.basePath, 10_000),
      { token: AUTHENTIK_TOKENS.viewer, secondToken: AUTHENTIK_TOKENS.other },
      PROFILES[profile] as Profile,
    );
  } finally {
    await server.close();
  }
}

const failed = (results: readonly Result[]) =>
  results.filter(({ outcome }) => outcome === 'failed').map(({ name }) => name);

describe('the profile authentik', () => {
  test('passes what answers as authentik does', async () => {
    const results = await check('authentik', authentikStandIn());
    expect(results.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
  });

  test('uses each of its named differences, and names it in the report', async () => {
    const results = await check('authentik', authentikStandIn());
    const named = new Set(results.flatMap(({ differences }) => differences));
    expect(named).toEqual(new Set(PROFILES.authentik?.differences.map(({ name }) => name)));
  });

  test('is needed: without it the same answers fail', async () => {
    const results = await check('contract', authentikStandIn());
    expect(failed(results).length).toBeGreaterThan(10);
    expect(results.flatMap(({ differences }) => differences)).toEqual([]);
  });

  test.each([
    ['a field is missing', { ...AUTHENTIK_STAGE_BODY, backends: undefined }],
    ['a field has another type', { ...AUTHENTIK_STAGE_BODY, failed_attempts_before_cancel: '5' }],
    ['there is a field that no release has', { ...AUTHENTIK_STAGE_BODY, extra: true }],
  ])('fails where %s', async (_, stage) => {
    const results = await check('authentik', authentikStandIn(stage));
    expect(failed(results)).toContain('a stage is answered as the contract describes it');
    expect(failed(results)).toContain('a page of stages is answered as the contract describes it');
  });

  test('fails where a caller without permission is let in', async () => {
    const genuine = authentikStandIn();
    const results = await check('authentik', (request, response) => {
      if (request.headers.authorization === `Bearer ${AUTHENTIK_TOKENS.other}`) {
        request.headers.authorization = `Bearer ${AUTHENTIK_TOKENS.viewer}`;
      }
      genuine(request, response);
    });
    expect(failed(results)).toEqual([
      'a caller without permission is refused',
      'a caller without permission does not learn which stages exist',
      'a caller without permission is refused',
    ]);
  });
});
