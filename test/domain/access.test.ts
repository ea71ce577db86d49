import { describe, expect, test } from '@jest/globals';
import { type AccessFacts, decideAccess } from '../../src/domain/access.js';
import { OperationError } from '../../src/domain/errors.js';

const NOBODY: AccessFacts = {
  userId: 7,
  isActive: true,
  isInternalServiceAccount: false,
  isSuperuser: false,
  hasGlobalView: false,
  hasObjectView: false,
};

function decide(facts: AccessFacts | undefined): string {
  try {
    return decideAccess(facts).sees;
  } catch (error) {
    if (error instanceof OperationError) return error.code;
    throw error;
  }
}

type Row = readonly [
  isSuperuser: boolean,
  hasGlobalView: boolean,
  hasObjectView: boolean,
  isInternalServiceAccount: boolean,
  expected: string,
];

const [yes, no] = [true, false];

// One row for each combination.
const TRUTH: readonly Row[] = [
  // superuser, global, object, internal
  [no, no, no, no, 'permission_denied'],
  [no, no, no, yes, 'granted'],
  [no, no, yes, no, 'granted'],
  [no, no, yes, yes, 'granted'],
  [no, yes, no, no, 'all'],
  [no, yes, no, yes, 'all'],
  [no, yes, yes, no, 'all'],
  [no, yes, yes, yes, 'all'],
  [yes, no, no, no, 'all'],
  [yes, no, no, yes, 'all'],
  [yes, no, yes, no, 'all'],
  [yes, no, yes, yes, 'all'],
  [yes, yes, no, no, 'all'],
  [yes, yes, no, yes, 'all'],
  [yes, yes, yes, no, 'all'],
  [yes, yes, yes, yes, 'all'],
];

describe('decideAccess', () => {
  describe.each(
    TRUTH,
  )('superuser %s, global view %s, object view %s, internal service account %s', (isSuperuser, hasGlobalView, hasObjectView, isInternalServiceAccount, expected) => {
    const facts = {
      ...NOBODY,
      isSuperuser,
      hasGlobalView,
      hasObjectView,
      isInternalServiceAccount,
    };

    test(`an active user: ${expected}`, () => {
      expect(decide(facts)).toBe(expected);
    });

    test('an inactive user: authentication_failed', () => {
      expect(decide({ ...facts, isActive: false })).toBe('authentication_failed');
    });
  });

  test('the table has every combination once', () => {
    expect(new Set(TRUTH.map((row) => row.slice(0, 4).join())).size).toBe(2 ** 4);
  });

  test('a token that stands for nobody: authentication_failed', () => {
    expect(decide(undefined)).toBe('authentication_failed');
  });

  test('the principal is the user of the facts', () => {
    expect(decideAccess({ ...NOBODY, hasObjectView: true })).toEqual({
      userId: 7,
      sees: 'granted',
    });
  });
});
