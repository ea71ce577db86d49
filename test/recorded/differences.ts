/** The differences from authentik that were decided, and no others. */
import { loadContract } from '../../src/contract/contract.js';
import { compareReleases, type RecordedCase } from './vectors.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const POSITIVE = /^0*[1-9]\d*$/;

const contract = loadContract();
const DECLARED = contract.parametersOf('stages_password_list');
export const LIST_PATH = contract.basePath + contract.pathOf('stages_password_list');

/** What was decided about a request: its name, and the statuses of which ours must be one. */
export interface Decision {
  readonly name: string;
  readonly statuses: readonly number[];
}

/** `isInexpressible`: authentik returned what the contract cannot express. */
export function findDecision(
  release: string,
  recorded: RecordedCase,
  isInexpressible: boolean,
): Decision | undefined {
  const { name, method, headers, expect } = recorded;
  const { status: theirs } = expect;
  const [path = '', search = ''] = recorded.path.split(/\?(.*)/s);
  // The last value of each parameter counts.
  const query = new Map(new URLSearchParams(search));
  const isList = path === LIST_PATH;
  const segment = path.slice(LIST_PATH.length).replace(/\/$/, '');
  const decoded = segment.replaceAll(/%[0-7][0-9a-f]/gi, decodeURIComponent);
  // With a slash in it or without a character the path is another one.
  const isMisspelt = /^[^/]+$/.test(segment) && !UUID.test(decoded);
  const since = (first: string) => compareReleases(release, first) >= 0;
  const isWrite = method !== 'GET' && method !== 'HEAD';
  const hasToken = /^ *bearer +\S/i.test(headers.Authorization ?? '');
  const hasUndeclared = [...query.keys()].some((key) => !isList || !DECLARED.has(key));
  // authentik looks at the format before the credentials, and from 2025.8 on at the search before permissions.
  const isEarly = query.has('format') || query.has('search');
  const hasNul = [...query.values()].some((value) => value.includes('\0'));
  /** Whether authentik took the value, or looked for it in vain, and we do not. */
  const refuses = (parameter: string, isGood: (value: string) => boolean) => {
    const value = query.get(parameter) ?? '';
    return isList && [200, 404].includes(theirs) && value !== '' && !isGood(value);
  };

  // The first that applies decides.
  const decisions: readonly (readonly [string, boolean | undefined, ...number[]])[] = [
    ['method', method === 'OPTIONS', 204],
    ['method', isWrite && theirs === 403, 405, 403],
    ['method', isWrite, 405],
    ['slash', theirs === 404 && !path.endsWith('/'), 404, 200, 400, 403],
    ['authentik500', recorded.authentik500, 400, 403, 404],
    ['anonymous', !hasToken && ![403, 406].includes(theirs), 403],
    ['undeclared-query', hasUndeclared && isEarly && ![200, 406].includes(theirs), 400, 403],
    ['undeclared-query', hasUndeclared && ![403, 406].includes(theirs), 400],
    ['uuid-spelling', !isList && [200, 404].includes(theirs) && isMisspelt, 400],
    ['uuid-spelling', refuses('configure_flow', (value) => UUID.test(value)), 400],
    ['nul', isList && theirs === 200 && hasNul, 400],
    ['long-search', refuses('search', (value) => value.length <= 200), 400],
    ['page-spelling', refuses('page', (value) => value === 'last' || POSITIVE.test(value)), 400],
    ['page-spelling', isList && query.get('page') === '' && theirs === 404, 200],
    [
      'page-size-spelling',
      refuses(
        'page_size',
        (value) => POSITIVE.test(value) && (since('2025.12') || Number(value) <= 1000),
      ),
      400,
    ],
    [
      'number-spelling',
      refuses(
        'failed_attempts_before_cancel',
        (value) => /^-?\d+$/.test(value) && Number(value) === (Number(value) | 0),
      ),
      400,
    ],
    ['later-filter', refuses('allow_show_password', () => since('2024.8')), 400],
    [
      'boolean-spelling',
      refuses('allow_show_password', (value) => /^(true|false)$/i.test(value)),
      400,
    ],
    [
      'search-before-permission',
      isList && since('2025.8') && query.has('search') && theirs === 403,
      200,
    ],
    [
      'upper-case-object-pk',
      theirs === 200 && /objpk-upper|object grant in upper case/.test(name),
      403,
    ],
    ['outside-the-contract', isInexpressible, 500],
  ];
  const [decided] = decisions.filter(([, applies]) => applies);
  return decided && { name: decided[0], statuses: decided.slice(2) as number[] };
}
