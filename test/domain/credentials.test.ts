import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { bearerToken } from '../../src/domain/credentials.js';
import { OperationError } from '../../src/domain/errors.js';
import { PROPERTY } from '../support/property.js';

const codeOf = (header: string | undefined) => {
  try {
    return `token ${bearerToken(header)}`;
  } catch (error) {
    if (error instanceof OperationError) return error.code;
    throw error;
  }
};

describe('bearerToken', () => {
  test.each([
    ['Bearer tok', 'tok'],
    ['bearer tok', 'tok'],
    ['BEARER tok', 'tok'],
    ['  Bearer tok\t', 'tok'],
    ['Bearer a b', 'a b'],
    ['Bearer  two-blanks', ' two-blanks'],
    ['Bearer \ttab', '\ttab'],
    ['Bearer ~!@#$%^&*()', '~!@#$%^&*()'],
  ])('%j carries the token %j', (header, token) => {
    expect(bearerToken(header)).toBe(token);
  });

  test.each([
    undefined,
    '',
    ' ',
    'Bearer',
    'Bearer ',
    'Bearer\ttok',
    'Bearer: tok',
    'tok',
    'bearertok',
    'Basic dXNlcjpwdw==',
    'Token tok',
    'Digest realm="bearer "',
  ])('%j carries no bearer token', (header) => {
    expect(codeOf(header)).toBe('not_authenticated');
  });

  // authentik fails with an error of its own on these.
  test.each([
    'Bearer t\u00f6k',
    'Bearer \u00c3\u00b6',
    'Bearer \uff54ok',
    'Bearer a\u0000b',
    'Bearer a\u007fb',
    'B\u00e9arer tok',
    'Bearer tok\u00a0',
  ])('%j can be no token', (header) => {
    expect(codeOf(header)).toBe('authentication_failed');
  });

  test('every printable token without blanks at its ends comes back as it was sent', () => {
    const tokens = fc
      .string({ unit: 'grapheme-ascii', minLength: 1 })
      .filter((text) => text === text.trim());
    fc.assert(
      fc.property(tokens, (token) => {
        expect(bearerToken(`Bearer ${token}`)).toBe(token);
      }),
      PROPERTY,
    );
  });

  test('a refusal never repeats what was sent', () => {
    const headers = fc.string({ unit: 'binary', minLength: 24 });
    fc.assert(
      fc.property(headers, fc.constantFrom('', 'Basic ', 'Bearer \u00ff'), (secret, start) => {
        try {
          bearerToken(start + secret);
        } catch (error) {
          expect((error as Error).message).not.toContain(secret);
        }
      }),
      PROPERTY,
    );
  });
});
