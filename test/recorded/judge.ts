/** Judges our response to a recorded request: it agrees with authentik's, or differs as was decided. */

import { loadContract } from '../../src/contract/contract.js';
import { createResponseChecker, type WireResponse } from '../../src/contract/response-checker.js';
import { findDifference } from './compare.js';
import { repairBody } from './database.js';
import { DIFFERENCES, type Request } from './differences.js';
import type { RecordedCase } from './vectors.js';

/** `name`: `agrees`, or the name of the difference; nothing is a failure for the given reason. */
export type Verdict = { readonly name: string } | { readonly problem: string };

type Json = Record<string, unknown>;

const contract = loadContract();
const checkResponse = createResponseChecker(contract);
const LIST_PATH = contract.basePath + contract.pathOf('stages_password_list');
const CODES: Readonly<Record<string, string>> = {
  'Authentication credentials were not provided.': 'not_authenticated',
  'Token invalid/expired': 'authentication_failed',
  'Invalid page.': 'not_found',
};

export function judge(
  release: string,
  recorded: RecordedCase,
  ours: WireResponse,
  { isRepaired = false } = {},
): Verdict {
  const request = read(release, recorded, isRepaired);
  const { expect, method } = recorded;
  const decided = DIFFERENCES.map(({ name, ours: statuses }) => ({
    name,
    statuses: statuses(request),
  })).find(({ statuses }) => statuses !== undefined);
  const expected = decided?.statuses ?? [expect.status];
  if (!expected.includes(ours.status)) {
    const name = decided ? `${decided.name}: ` : '';
    return problem(`${name}expected ${expected.join(' or ')}, got ${ours.status} ${ours.text}`);
  }
  const broken = method === 'HEAD' ? headProblems(ours) : contractProblems(request.isList, ours);
  if (broken.length > 0) return problem(`breaks the contract: ${broken.join('; ')}`);
  if (ours.status !== expect.status) return { name: decided?.name ?? '' };
  if (expect.empty) return { name: 'agrees' };
  if (expect.html) return { name: 'html' };
  if (ours.status !== 200) return compareErrors(expect.body, ours.text);
  return compareBodies(recorded, isRepaired ? repairBody(expect.body as Json) : expect.body, ours);
}

function read(release: string, recorded: RecordedCase, isRepaired: boolean): Request {
  const { expect, method, path } = recorded;
  const [pathname = '', query = ''] = path.split(/\?(.*)/s);
  const isList = pathname === LIST_PATH;
  const headers = new Headers({ 'content-type': 'application/json' });
  const fits = () =>
    contractProblems(isList, { status: 200, headers, text: JSON.stringify(expect.body) }).every(
      (found) => found.startsWith('the header'),
    );
  return {
    release,
    recorded,
    theirs: expect.status,
    isList,
    segment: pathname.slice(LIST_PATH.length).replace(/\/$/, ''),
    query: new Map(new URLSearchParams(query)),
    isInexpressible: method === 'GET' && expect.status === 200 && !isRepaired && !fits(),
  };
}

function compareErrors(theirs: unknown, text: string): Verdict {
  const { code } = JSON.parse(text) as { code: string };
  const detail = (theirs as { detail?: string } | null)?.detail ?? '';
  const expected = CODES[detail];
  if (expected && code !== expected) return problem(`expected ${detail}, got the code ${code}`);
  const fields = isObject(theirs) ? Object.keys(theirs).filter((key) => key !== 'detail') : [];
  const missing = fields.filter((field) => !text.includes(field));
  if (missing.length > 0) return problem(`expected an error on ${missing}, got ${text}`);
  return { name: 'error-text' };
}

function compareBodies(recorded: RecordedCase, theirs: unknown, ours: WireResponse): Verdict {
  const mine: unknown = JSON.parse(ours.text);
  const found = findDifference(theirs, mine, recorded);
  if (found === undefined) {
    return { name: /indent=/.test(recorded.headers.Accept ?? '') ? 'pretty' : 'agrees' };
  }
  const isTranslated =
    recorded.brandLocale && findDifference(inEnglish(theirs), mine, recorded) === undefined;
  return isTranslated ? { name: 'locale' } : problem(found);
}

const inEnglish = (stage: unknown) => ({
  ...(stage as Json),
  verbose_name: 'Password Stage',
  verbose_name_plural: 'Password Stages',
});

function contractProblems(isList: boolean, response: WireResponse): string[] {
  if (response.status === 204) return [];
  return checkResponse(isList ? 'stages_password_list' : 'stages_password_retrieve', response);
}

const headProblems = ({ text }: WireResponse) => (text === '' ? [] : ['HEAD has a body']);

const problem = (text: string): Verdict => ({ problem: text.slice(0, 200) });

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
