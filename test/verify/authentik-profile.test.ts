import type { RequestListener } from 'node:http';
import { describe, expect, test } from '@jest/globals';
import { PROFILES, type Profile } from '../../src/verify/profile.js';
import { type Result, runChecks } from '../../src/verify/run.js';
import {
  AUTHENTIK_SHAPES,
  AUTHENTIK_TOKENS,
  authentikStage,
  authentikStandIn,
} from '../support/authentik.js';
import { startHttpServer } from '../support/http-server.js';

async function check(profile: Profile, listener: RequestListener): Promise<readonly Result[]> {
  const server = await startHttpServer(listener, { maxHeaderSize: 100_000 });
  try {
    const tokens = { token: AUTHENTIK_TOKENS.viewer, secondToken: AUTHENTIK_TOKENS.other };
    return (await runChecks({ url: server.url, timeoutMs: 10_000, profile, ...tokens })).results;
  } finally {
    await server.close();
  }
}

const failed = (results: readonly Result[]) =>
  results.filter(({ outcome }) => outcome === 'failed').map(({ name }) => name);
const problemsOf = (results: readonly Result[], check: string) =>
  results.find(({ name }) => name === check)?.problems;

const SHAPE = 'responses have the shape of one authentik release';
const NO_RELEASE = 'no authentik release returns this mixture:';

describe('the profile authentik', () => {
  test.each(AUTHENTIK_SHAPES)('passes what responds as authentik %s does', async (release) => {
    const results = await check('authentik', authentikStandIn({ release }));
    expect(results.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
    expect(results.find(({ name }) => name === SHAPE)?.outcome).toBe('passed');
  });

  test('uses each of its named differences, and names it in the report', async () => {
    const results = await check('authentik', authentikStandIn({ release: '2025.12' }));
    const named = new Set(results.flatMap(({ differences }) => differences));
    expect(named).toEqual(new Set(Object.keys(PROFILES.authentik)));
  });

  test('is needed: without it the same responses fail', async () => {
    const results = await check('contract', authentikStandIn({ release: '2025.12' }));
    expect(failed(results).length).toBeGreaterThan(10);
    expect(results.flatMap(({ differences }) => differences)).toEqual([]);
  });

  const STAGE = authentikStage('2025.12');
  test.each([
    ['a field is missing', { ...STAGE, backends: undefined }],
    ['a field has another type', { ...STAGE, failed_attempts_before_cancel: '5' }],
    ['there is a field that no release has', { ...STAGE, extra: true }],
    [
      'a flow has the fields of two releases',
      { ...STAGE, flow_set: STAGE.flow_set.map((flow) => ({ ...flow, background: '/a.jpg' })) },
    ],
  ])('fails where %s', async (_, stage) => {
    const results = await check('authentik', authentikStandIn({ release: '2025.12', stage }));
    expect(failed(results)).toContain('a stage is returned as the contract describes it');
    expect(failed(results)).toContain('a page of stages is returned as the contract describes it');
  });

  test('fails where allow_show_password filters nothing', async () => {
    const genuine = authentikStandIn({ release: '2024.8' });
    const results = await check('authentik', (request, response) => {
      request.url = request.url?.replace(/allow_show_password=\w+/, '');
      genuine(request, response);
    });
    expect(failed(results)).toEqual(['allow_show_password filters where stages have it']);
  });

  test('fails where a caller without permission is let in', async () => {
    const genuine = authentikStandIn({ release: '2025.12' });
    const results = await check('authentik', (request, response) => {
      if (request.headers.authorization === `Bearer ${AUTHENTIK_TOKENS.other}`) {
        request.headers.authorization = `Bearer ${AUTHENTIK_TOKENS.viewer}`;
      }
      genuine(request, response);
    });
    expect(failed(results)).toEqual([
      'a caller without permission is refused',
      'a caller without permission learns nothing about stages',
      'a caller without permission is refused',
    ]);
  });

  test('tells a token that is refused in one line', async () => {
    const results = await check('authentik', (request, response) => {
      request.headers.authorization = request.headers.authorization?.replace(/token-of-a.*/, '');
      authentikStandIn({ release: '2025.12' })(request, response);
    });
    expect(results.map(({ problems }) => problems)).toEqual([
      ['--token is refused: 403 Token invalid/expired'],
    ]);
  });
});

describe.each(['authentik', 'contract'] as const)('the profile %s, of mixtures', (profile) => {
  const { allow_show_password: _left, ...older } = authentikStage('2025.12');
  test.each([
    [
      'background_url without allow_show_password',
      { release: '2025.12', stage: older },
      'allow_show_password absent, autocomplete present, background_url present',
    ],
    [
      'background_url in a list without autocomplete',
      { release: '2025.12', autocomplete: false },
      'allow_show_password present, autocomplete absent, background_url present',
    ],
    [
      'autocomplete without allow_show_password',
      { release: '2024.6', autocomplete: true },
      'allow_show_password absent, autocomplete present, background_url absent',
    ],
    [
      'flows of two releases',
      {
        release: '2025.12',
        stage: {
          ...authentikStage('2025.12'),
          flow_set: AUTHENTIK_SHAPES.flatMap((release) => authentikStage(release).flow_set),
        },
      },
      'allow_show_password present, autocomplete present, background_url in some places only',
    ],
  ] as const)('fails for %s', async (_what, options, mixture) => {
    const results = await check(profile, authentikStandIn(options));
    expect(problemsOf(results, SHAPE)).toContain(`${NO_RELEASE} ${mixture}`);
  });
});
