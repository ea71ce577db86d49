/** Judges our response to a recorded request: it agrees with authentik's, or differs as was decided. */
import { loadContract } from '../../src/contract/contract.js';
import { createResponseChecker, type WireResponse } from '../../src/contract/response-checker.js';
import { findDifference } from './compare.js';
import { repairBody } from './database.js';
import { findDecision, LIST_PATH } from './differences.js';
import type { RecordedCase } from './vectors.js';

/** `name`: `agrees`, or the name of the difference; nothing is a failure for the given reason. */
export type Verdict = { readonly name: string } | { readonly problem: string };

type Json = Record<string, unknown>;

const checkResponse = createResponseChecker(loadContract());
const JSON_HEADERS = new Headers({ 'content-type': 'application/json' });
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
  const { expect, method, path } = recorded;
  const { status, text } = ours;
  const check = (response: WireResponse) =>
    checkResponse(
      path.replace(/\?.*/s, '') === LIST_PATH ? 'stages_password_list' : 'stages_password_retrieve',
      response,
    );
  const fits = () =>
    check({ status: 200, headers: JSON_HEADERS, text: JSON.stringify(expect.body) }).every(
      (found) => found.startsWith('the header'),
    );
  const isInexpressible = expect.status === 200 && method === 'GET' && !isRepaired && !fits();
  const decision = findDecision(release, recorded, isInexpressible);
  const { name = 'agrees', statuses = [expect.status] } = decision ?? {};
  if (!statuses.includes(status)) {
    const details = status === 200 ? '' : ` ${text.slice(0, 80)}`;
    const rule = decision ? `${name}: ` : '';
    return problem(`${rule}expected ${statuses.join(' or ')}, got ${status}${details}`);
  }
  if (method === 'HEAD') return text === '' ? { name } : problem('HEAD has a body');
  const broken = status === 204 ? [] : check(ours);
  if (broken.length > 0) return problem(`breaks the contract: ${broken.join('; ')}`);
  if (status !== expect.status) return { name };
  if (expect.html) return { name: 'html' };
  if (status !== 200) return compareErrors(expect.body, text);
  return compareBodies(recorded, isRepaired ? repairBody(expect.body) : expect.body, ours);
}

function compareErrors(theirs: unknown, text: string): Verdict {
  const { code } = JSON.parse(text) as { code: string };
  const detail = (theirs as { detail?: string } | null)?.detail ?? '';
  const expected = CODES[detail];
  if (expected && code !== expected) return problem(`expected ${detail}, got the code ${code}`);
  // An array is an error without a field.
  const fields = Array.isArray(theirs) ? [] : Object.keys(theirs ?? {});
  const missing = fields.filter((field) => field !== 'detail' && !text.includes(field));
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

const problem = (text: string): Verdict => ({ problem: text.slice(0, 200) });
