/** The differences from authentik that were decided, and no others. */
import { compareReleases, type RecordedCase } from './vectors.js';

export interface Request {
  readonly release: string;
  readonly recorded: RecordedCase;
  /** The status that authentik returned. */
  readonly theirs: number;
  readonly isList: boolean;
  /** What stands for the UUID, as on the wire. */
  readonly segment: string;
  /** The last value of each parameter counts. */
  readonly query: ReadonlyMap<string, string>;
  /** Whether authentik returned something that the contract cannot express. */
  readonly isInexpressible: boolean;
}

interface Difference {
  readonly name: string;
  /** The statuses of which ours must be one; nothing where the difference does not apply. */
  readonly ours: (request: Request) => readonly number[] | undefined;
}

const CANONICAL = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
/** With a slash in it or without a character the path is another one. */
const isMisspelt = (segment: string) => /^[^/]+$/.test(segment) && !CANONICAL.test(decode(segment));
const INT32 = { min: -(2 ** 31), max: 2 ** 31 - 1 };
const DECLARED = [
  'name',
  'configure_flow',
  'failed_attempts_before_cancel',
  'allow_show_password',
  'search',
  'ordering',
  'page',
  'page_size',
];
const CLIENT_ERRORS = [400, 403, 404];

const since = (release: string, { release: recorded }: Request) =>
  compareReleases(recorded, release) >= 0;

/** Our 400 where authentik found a value good enough, or looked for it in vain. */
const refused =
  (isBad: (value: string, request: Request) => boolean, parameter: string) =>
  (request: Request): readonly number[] | undefined => {
    const value = request.query.get(parameter);
    const applies = request.isList && value !== undefined && [200, 404].includes(request.theirs);
    return applies && isBad(value, request) ? [400] : undefined;
  };

/** In the order in which they apply; the first that does decides. */
export const DIFFERENCES: readonly Difference[] = [
  {
    name: 'method',
    ours: ({ recorded: { method }, theirs }) => {
      if (method === 'OPTIONS') return [204];
      if (method === 'GET' || method === 'HEAD') return undefined;
      return theirs === 403 ? [405, 403] : [405];
    },
  },
  {
    name: 'slash',
    ours: ({ recorded: { path }, theirs }) =>
      theirs === 404 && !/\/(\?|$)/.test(path) ? [404, 200, 400, 403] : undefined,
  },
  {
    name: 'authentik500',
    ours: ({ recorded }) => (recorded.authentik500 ? CLIENT_ERRORS : undefined),
  },
  {
    name: 'anonymous',
    ours: ({ recorded: { headers }, theirs }) =>
      /^ *bearer +\S/i.test(headers.Authorization ?? '') || [403, 406].includes(theirs)
        ? undefined
        : [403],
  },
  {
    name: 'undeclared-query',
    ours: (request) => {
      const { query, isList, theirs } = request;
      const hasUndeclared = [...query.keys()].some((key) => !isList || !DECLARED.includes(key));
      if (!hasUndeclared || theirs === 406) return undefined;
      // authentik looks at the format before the credentials, and in 2025.8 and later at the search before permissions.
      const isEarly = query.has('format') || query.has('search');
      if (theirs === 403) return isEarly ? [400, 403] : undefined;
      return isEarly && theirs !== 200 ? [400, 403] : [400];
    },
  },
  {
    name: 'uuid-spelling',
    ours: (request) =>
      request.isList
        ? refused((value) => value !== '' && !CANONICAL.test(value), 'configure_flow')(request)
        : [200, 404].includes(request.theirs) && isMisspelt(request.segment)
          ? [400]
          : undefined,
  },
  {
    name: 'nul',
    ours: ({ isList, query, theirs }) =>
      isList && theirs === 200 && [...query.values()].some((value) => value.includes('\0'))
        ? [400]
        : undefined,
  },
  { name: 'long-search', ours: refused((value) => value.length > 200, 'search') },
  { name: 'page-spelling', ours: refused((value) => !/^(last|0*[1-9]\d*)?$/.test(value), 'page') },
  {
    name: 'page-spelling',
    ours: ({ isList, query, theirs }) =>
      isList && query.get('page') === '' && theirs === 404 ? [200] : undefined,
  },
  {
    name: 'page-size-spelling',
    ours: refused(
      (value, request) =>
        !/^(0*[1-9]\d*)?$/.test(value) || (!since('2025.12', request) && Number(value) > 1000),
      'page_size',
    ),
  },
  {
    name: 'number-spelling',
    ours: refused(
      (value) => !/^(-?\d+)?$/.test(value) || +value < INT32.min || +value > INT32.max,
      'failed_attempts_before_cancel',
    ),
  },
  {
    name: 'later-filter',
    ours: refused(
      (value, request) => value !== '' && !since('2024.8', request),
      'allow_show_password',
    ),
  },
  {
    name: 'boolean-spelling',
    ours: refused((value) => !/^(true|false|)$/i.test(value), 'allow_show_password'),
  },
  {
    name: 'search-before-permission',
    ours: (request) =>
      request.isList &&
      since('2025.8', request) &&
      request.query.has('search') &&
      request.theirs === 403
        ? [200]
        : undefined,
  },
  {
    name: 'upper-case-object-pk',
    ours: ({ recorded: { name }, theirs }) =>
      theirs === 200 && /objpk-upper|object grant in upper case/.test(name) ? [403] : undefined,
  },
  {
    name: 'outside-the-contract',
    ours: ({ isInexpressible }) => (isInexpressible ? [500] : undefined),
  },
];

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
