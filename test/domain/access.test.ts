import { describe, expect, test } from '@jest/globals';
import { type AccessFacts, decideAccess, isVisible } from '../../src/domain/access.js';
import { OperationError } from '../../src/domain/errors.js';

const STAGE = '7abcedbb-ffe3-4009-970f-84fc06e75cce';
const GRANTED = new Set([STAGE]);
const NOBODY: AccessFacts = {
  userId: 7,
  isActive: true,
  isInternalServiceAccount: false,
  seesAll: false,
  grantedStages: new Set(),
};

function decide(facts: AccessFacts | undefined): 'all' | ReadonlySet<string> | string {
  try {
    return decideAccess(facts).sees;
  } catch (error) {
    if (error instanceof OperationError) return error.code;
    throw error;
  }
}

const [yes, no] = [true, false];
const NONE = NOBODY.grantedStages;

describe('decideAccess', () => {
  // One row for each combination.
  test.each<[boolean, ReadonlySet<string>, boolean, 'all' | ReadonlySet<string> | string]>([
    [no, NONE, no, 'permission_denied'],
    [no, NONE, yes, NONE],
    [no, GRANTED, no, GRANTED],
    [no, GRANTED, yes, GRANTED],
    [yes, NONE, no, 'all'],
    [yes, NONE, yes, 'all'],
    [yes, GRANTED, no, 'all'],
    [yes, GRANTED, yes, 'all'],
  ])('sees all %s, granted %o, internal service account %s: %o', (seesAll, grantedStages, isInternalServiceAccount, expected) => {
    const facts = { ...NOBODY, seesAll, grantedStages, isInternalServiceAccount };
    expect(decide(facts)).toEqual(expected);
    expect(decide({ ...facts, isActive: false })).toBe('authentication_failed');
  });

  test('a token that stands for nobody: authentication_failed', () => {
    expect(decide(undefined)).toBe('authentication_failed');
  });

  test('the principal is the user of the facts', () => {
    expect(decideAccess({ ...NOBODY, seesAll: true })).toEqual({ userId: 7, sees: 'all' });
  });
});

describe('isVisible', () => {
  test.each<[string, 'all' | ReadonlySet<string>, boolean]>([
    ['any stage to who sees all', 'all', true],
    ['a granted stage', GRANTED, true],
    ['a stage that was not granted', new Set(['71b14eb6-09e5-4a3c-a8c3-4dfdb1b5ebef']), false],
    ['no stage to who was granted none', NONE, false],
  ])('%s', (_case, sees, expected) => {
    expect(isVisible(STAGE, { userId: 7, sees })).toBe(expected);
  });
});
