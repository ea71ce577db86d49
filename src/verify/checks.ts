/** All checks, in the order in which they are run and reported. */
import type { WireResponse } from '../contract/response-checker.js';
import type { OperationId } from '../contract/types.js';
import {
  type Check,
  type CheckRequest,
  CheckStopped,
  differences,
  expecting,
  objectsIn,
  parsed,
  type Subject,
  UNKNOWN_UUID,
} from './check.js';

export const RETRIEVE = 'stages_password_retrieve';
export const LIST = 'stages_password_list';
const WRONG_TOKEN = 'surely-not-a-token-of-this-authentik';

const MALFORMED_UUIDS = {
  'with urn:uuid: before it': `urn:uuid:${UNKNOWN_UUID}`,
  'in braces': `{${UNKNOWN_UUID}}`,
  'without dashes': UNKNOWN_UUID.replaceAll('-', ''),
  'that is too short': UNKNOWN_UUID.slice(1),
};
// More than Node accepts (16 kB), and far less than an attack.
const TOO_LONG = 'a'.repeat(20_000);
export const BAD_TOKEN: CheckRequest = { headers: { Authorization: `Bearer ${WRONG_TOKEN}` } };
const BASIC: CheckRequest = { headers: { Authorization: `Basic ${btoa(`user:${WRONG_TOKEN}`)}` } };

const token = { as: 'token' } as const;
const secondToken = { as: 'secondToken' } as const;
const viewed = { ...token, stage: (given: string) => given };
const inUpperCase = { ...token, stage: (given: string) => given.toUpperCase() };
const undeclared = { ...token, rest: '?undeclared=1' };

const retrieve = expecting(RETRIEVE);
const list = expecting(LIST);

export const CHECKS: readonly Check[] = [
  retrieve('a stage is returned as the contract describes it', 200, viewed, isGivenStage),
  retrieve('a UUID in upper case names the same stage', 200, inUpperCase, isGivenStage),
  retrieve('Accept may name a range', 200, withAccept('text/html, application/*', viewed)),
  retrieve('HEAD has the headers of GET and no body', 200, viewed, async (get, { send }) => {
    const head = await send(RETRIEVE, { ...viewed, method: 'HEAD' });
    return [
      ...(head.status === 200 ? [] : [`expected 200, got ${head.status}`]),
      ...['Content-Type', 'ETag', 'Cache-Control', 'Vary']
        .filter((name) => head.headers.get(name) !== get.headers.get(name))
        .map((name) => `the header ${name} differs from that of GET`),
    ];
  }),
  retrieve('every response has an X-Request-Id of its own', 200, viewed, async (one, { send }) => {
    const other = await send(RETRIEVE, viewed);
    const id = one.headers.get('X-Request-Id');
    const isRepeated = id !== null && id === other.headers.get('X-Request-Id');
    return isRepeated ? [`two responses have the X-Request-Id ${id}`] : [];
  }),
  ...conditionalChecks(RETRIEVE, viewed),

  ...Object.entries(MALFORMED_UUIDS).map(([spelling, stage]) =>
    retrieve(`a UUID ${spelling} is refused`, 'malformed-uuid', { ...token, stage }),
  ),
  retrieve('an unknown stage is not found', 'not-found', token),
  retrieve('an unknown path is not found', 'not-found', { ...token, rest: 'nothing/' }),
  retrieve('an undeclared query parameter is refused', 'unknown-query-parameter', undeclared),
  retrieve('an Accept that rules JSON out is refused', 'html-only', withAccept('text/html')),
  retrieve('a URL that is too long is refused', 'long-url', { stage: TOO_LONG }),

  retrieve('a request without a token is refused', 'no-credentials'),
  retrieve('a wrong token is refused', 'bad-token', BAD_TOKEN),
  retrieve('another scheme than bearer is refused', 'no-credentials', BASIC),
  retrieve('a caller without permission is refused', 'no-permission', { ...viewed, ...secondToken }),
  retrieve('a caller without permission learns nothing about stages', 'no-permission', secondToken),

  // Without a token, and for a stage that does not exist: nothing can be written.
  ...['POST', 'PUT', 'PATCH', 'DELETE'].map((method) =>
    retrieve(`${method} is refused`, 'post', { method }, allowsMethods),
  ),
  {
    operationId: RETRIEVE,
    name: 'OPTIONS names the methods',
    async run(subject) {
      const response = await subject.send(RETRIEVE, { method: 'OPTIONS' });
      return response.status === 204 ? allowsMethods(response, subject) : [`expected 204, got ${response.status}`];
    },
  },
  unprovokable('slow-request', 'only a client that is too slow gets this response'),
  unprovokable('internal-error', 'only a fault of the server causes this response'),
  unprovokable('unavailable', 'only an unreachable database causes this response'),

  list('a page of stages is returned as the contract describes it', 200, token),
  list('responses have the shape of one authentik release', 200, token, async (page, { send }) => {
    const stage = await send(RETRIEVE, viewed);
    if (stage.status !== 200) return [`expected 200 for the stage, got ${stage.status}`];
    return findMixture(parsed(page.text), parsed(stage.text));
  }),
  list('a page is no longer than asked for', 200, { ...token, rest: '?page_size=1' }, ({ text }) => {
    const { length } = objectsIn(parsed(text), 'results');
    return length <= 1 ? [] : [`expected 1 stage at most, got ${length}`];
  }),
  list('a stage is found by its name', 200, token, async (_page, subject) => {
    const { pk, name } = parsed((await subject.send(RETRIEVE, viewed)).text);
    const byName = { ...token, rest: `?name=${encodeURIComponent(String(name))}` };
    const page = await subject.send(LIST, byName);
    const found = objectsIn(parsed(page.text), 'results').map((result) => result.pk);
    const isAlone = found.length === 1 && found[0] === pk;
    return [
      ...(isAlone ? [] : [`expected the stage ${pk} alone, got ${found.join(', ') || 'none'}`]),
      ...differences(subject, LIST, 200, page),
    ];
  }),
  ...conditionalChecks(LIST, token),
  list('a page that does not exist is not found', 'not-found', { ...token, rest: '?page=999999999' }),
  list('an undeclared query parameter is refused', 'unknown-query-parameter', undeclared),
  list('a request without a token is refused', 'no-credentials'),
  list('a caller without permission is refused', 'no-permission', secondToken),
];

function withAccept(Accept: string, request?: CheckRequest): CheckRequest {
  return { ...request, headers: { Accept } };
}

function isGivenStage({ text }: WireResponse, { given }: Subject): string[] {
  const { pk } = parsed(text);
  const wanted = given.stage?.toLowerCase();
  return pk === wanted ? [] : [`expected the pk ${wanted}, got ${pk}`];
}

function allowsMethods({ headers }: WireResponse, { contract }: Subject): string[] {
  const named = headers.get('Allow') ?? 'none';
  const wanted = contract.allowedMethods.join(', ');
  const sorted = (methods: string) => methods.split(/ *, */).sort().join();
  return sorted(named) === sorted(wanted) ? [] : [`expected Allow: ${wanted}, got ${named}`];
}

/** For an operation whose response to the request is a success. */
function conditionalChecks(operationId: OperationId, request: CheckRequest): Check[] {
  const again = (name: string, expected: number, tag?: string) =>
    expecting(operationId)(name, 200, request, async ({ headers }, subject) => {
      // Without a tag the first response breaks the contract.
      const etag = headers.get('ETag');
      if (etag === null) return [];
      const conditional = { ...request, headers: { 'If-None-Match': tag ?? etag } };
      return differences(subject, operationId, expected, await subject.send(operationId, conditional));
    });
  return [
    again('an unchanged response is not sent again', 304),
    again('a changed response is sent again', 200, '"of-an-older-response"'),
  ];
}

/** A documented response that no request to a healthy server causes, by the name of its example. */
function unprovokable(example: string, reason: string): Check {
  const run = () => Promise.reject(new CheckStopped('not run', reason));
  return { operationId: RETRIEVE, name: `the response ${example}`, run };
}

/** What keeps a page of stages and one more stage from being those of one authentik release. Empty: nothing. */
function findMixture(page: object, other: object): string[] {
  const stages = [...objectsIn(page, 'results'), other];
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
