/** All checks, by operation and by the promise that they check, in the order in which they are run and reported. */
import { type Also, type Check, type CheckRequest, expecting, NotRun, objectsIn, UNKNOWN_UUID } from './check.js';

export const RETRIEVE = 'stages_password_retrieve';
export const LIST = 'stages_password_list';

export const BAD_TOKEN: CheckRequest = { headers: { Authorization: 'Bearer surely-not-a-token-of-this-authentik' } };
const BASIC = { headers: { Authorization: `Basic ${btoa('user:password')}` } };
const token = { as: 'token' } as const;
const secondToken = { as: 'secondToken' } as const;
const viewed = { ...token, stage: (given: string) => given };
const undeclared = { ...token, rest: '?undeclared=1' };

const refusingUuid = (stage: string) => expecting('invalid', { ...token, stage });
/** For a documented response that no request to a healthy server causes. */
const unprovokable = (reason: string) => () => Promise.reject(new NotRun(reason));
const allowsMethods: Also = ({ headers }, { contract: { allowedMethods } }) => {
  const named = headers.get('Allow') ?? 'none';
  const isSame = named.split(/ *, */).sort().join() === [...allowedMethods].sort().join();
  return isSame ? [] : [`expected Allow: ${allowedMethods.join(', ')}, got ${named}`];
};

export const CHECKS: Readonly<Record<typeof RETRIEVE | typeof LIST, Readonly<Record<string, Check>>>> = {
  [RETRIEVE]: {
    'a stage is returned as the contract describes it': expectingStage(viewed),
    'a UUID in upper case names the same stage': expectingStage({ ...token, stage: (given) => given.toUpperCase() }),
    'Accept may name a range': expecting(200, { ...viewed, headers: { Accept: 'text/html, application/*' } }),
    'HEAD has the headers of GET and no body': expecting(200, viewed, async (get, { send }) => {
      const head = await send(RETRIEVE, { ...viewed, method: 'HEAD' });
      return [
        ...(head.status === 200 ? [] : [`expected 200, got ${head.status}`]),
        ...['Content-Type', 'ETag', 'Cache-Control', 'Vary']
          .filter((name) => head.headers.get(name) !== get.headers.get(name))
          .map((name) => `the header ${name} differs from that of GET`),
      ];
    }),
    'every response has an X-Request-Id of its own': expecting(200, viewed, async (one, { send }) => {
      const id = one.headers.get('X-Request-Id');
      const other = (await send(RETRIEVE, viewed)).headers.get('X-Request-Id');
      return id !== null && id === other ? [`two responses have the X-Request-Id ${id}`] : [];
    }),
    'an unchanged response is not sent again': again(304, viewed),
    'a changed response is sent again': again(200, viewed, '"of-an-older-response"'),

    'a UUID with urn:uuid: before it is refused': refusingUuid(`urn:uuid:${UNKNOWN_UUID}`),
    'a UUID in braces is refused': refusingUuid(`{${UNKNOWN_UUID}}`),
    'a UUID without dashes is refused': refusingUuid(UNKNOWN_UUID.replaceAll('-', '')),
    'a UUID that is too short is refused': refusingUuid(UNKNOWN_UUID.slice(1)),
    'an unknown stage is not found': expecting('not_found', token),
    'an unknown path is not found': expecting('not_found', { ...token, rest: 'nothing/' }),
    'an undeclared query parameter is refused': expecting('invalid', undeclared),
    'an Accept that rules JSON out is refused': expecting('not_acceptable', { headers: { Accept: 'text/html' } }),
    // More than Node accepts (16 kB), and far less than an attack.
    'a URL that is too long is refused': expecting('headers_too_large', { stage: 'a'.repeat(20_000) }),

    'a request without a token is refused': expecting('not_authenticated'),
    'a wrong token is refused': expecting('authentication_failed', BAD_TOKEN),
    'another scheme than bearer is refused': expecting('not_authenticated', BASIC),
    'a caller without permission is refused': expecting('permission_denied', { ...viewed, ...secondToken }),
    'a caller without permission learns nothing about stages': expecting('permission_denied', secondToken),

    // Without a token, and for a stage that does not exist: nothing can be written.
    'POST is refused': expecting('method_not_allowed', { method: 'POST' }, allowsMethods),
    'PUT is refused': expecting('method_not_allowed', { method: 'PUT' }, allowsMethods),
    'PATCH is refused': expecting('method_not_allowed', { method: 'PATCH' }, allowsMethods),
    'DELETE is refused': expecting('method_not_allowed', { method: 'DELETE' }, allowsMethods),
    'OPTIONS names the methods': async (subject, operationId) => {
      const response = await subject.send(operationId, { method: 'OPTIONS' });
      if (response.status !== 204) return [`expected 204, got ${response.status}`];
      return allowsMethods(response, subject, operationId);
    },
    'the response slow-request': unprovokable('only a client that is too slow gets this response'),
    'the response internal-error': unprovokable('only a fault of the server causes this response'),
    'the response unavailable': unprovokable('only an unreachable database causes this response'),
  },
  [LIST]: {
    'a page of stages is returned as the contract describes it': expecting(200, token),
    'responses have the shape of one authentik release': expecting(200, token, async ({ body }, { send }) => {
      const stage = await send(RETRIEVE, viewed);
      if (stage.status !== 200) return [`expected 200 for the stage, got ${stage.status}`];
      return findMixture(body, [...objectsIn(body, 'results'), stage.body]);
    }),
    'a page is no longer than asked for': expecting(200, { ...token, rest: '?page_size=1' }, ({ body }) => {
      const { length } = objectsIn(body, 'results');
      return length <= 1 ? [] : [`expected 1 stage at most, got ${length}`];
    }),
    'a stage is found by its name': async (subject) => {
      const { pk, name } = (await subject.send(RETRIEVE, viewed)).body;
      const byName = { ...token, rest: `?name=${encodeURIComponent(String(name))}` };
      const check = expecting(200, byName, ({ body }) => {
        const found = objectsIn(body, 'results').map((result) => result.pk);
        const isAlone = found.length === 1 && found[0] === pk;
        return isAlone ? [] : [`expected the stage ${pk} alone, got ${found.join(', ') || 'none'}`];
      });
      return check(subject, LIST);
    },
    'allow_show_password filters where stages have it': async (subject) => {
      const { allow_show_password: shown } = (await subject.send(RETRIEVE, viewed)).body;
      const also: Also = ({ body }) => {
        const isListed = objectsIn(body, 'results').some((stage) => stage.allow_show_password === shown);
        return isListed ? [`expected no stage with allow_show_password ${shown}`] : [];
      };
      const request = { ...token, rest: `?allow_show_password=${!shown}` };
      return expecting(shown === undefined ? 'invalid' : 200, request, also)(subject, LIST);
    },
    'an unchanged response is not sent again': again(304, token),
    'a changed response is sent again': again(200, token, '"of-an-older-response"'),
    'a page that does not exist is not found': expecting('not_found', { ...token, rest: '?page=999999999' }),
    'an undeclared query parameter is refused': expecting('invalid', undeclared),
    'a request without a token is refused': expecting('not_authenticated'),
    'a caller without permission is refused': expecting('permission_denied', secondToken),
  },
};

function expectingStage(request: CheckRequest): Check {
  return expecting(200, request, ({ body: { pk } }, { deployment }) => {
    const wanted = deployment.stage?.toLowerCase();
    return pk === wanted ? [] : [`expected the pk ${wanted}, got ${pk}`];
  });
}

/** The request succeeds; repeated with the ETag of its response, or another, it gets the expected status. */
function again(expected: number, request: CheckRequest, tag?: string): Check {
  return expecting(200, request, ({ headers }, ...about) => {
    const etag = headers.get('ETag');
    // Without a tag the first response breaks the contract.
    if (etag === null) return [];
    return expecting(expected, { ...request, headers: { 'If-None-Match': tag ?? etag } })(...about);
  });
}

/** What keeps a page and stages from being those of one authentik release. Empty: nothing. */
function findMixture(page: object, stages: readonly Record<string, unknown>[]): string[] {
  const flows = stages.flatMap((stage) => objectsIn(stage, 'flow_set'));
  // In the order in which authentik has added them: in 2024.8, 2025.8 and 2025.12, the last in the place of another.
  const mixture = [
    presence('allow_show_password', stages),
    presence('autocomplete', [page]),
    presence('background_url', flows),
  ].join(', ');
  const isOfOneRelease = /^(\w+ present(, )?)*(\w+ absent(, )?)*$/.test(mixture);
  return isOfOneRelease ? [] : [`no authentik release returns this mixture: ${mixture}`];
}

function presence(field: string, places: readonly object[]): string {
  const found = places.filter((place) => field in place).length;
  if (found === 0) return `${field} absent`;
  return found === places.length ? `${field} present` : `${field} in some places only`;
}
