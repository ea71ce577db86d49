import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  assertPageSize,
  parseOrdering,
  parseSearch,
  stripped,
  toPagination,
} from '../../src/domain/stage-list.js';

describe('parseOrdering', () => {
  const BY_NAME = [{ field: 'name', isDescending: false }];
  const KNOWN = ['name', 'pk', 'backends', 'failed_attempts_before_cancel'];
  const terms = (ordering: string, known = KNOWN) =>
    parseOrdering(ordering, known).map(
      ({ field, isDescending }) => (isDescending ? '-' : '') + field,
    );

  it('takes names in order, each with its direction, without what is unknown', () => {
    const ordering = '-failed_attempts_before_cancel, nope,\u0085name\u001f,-pk,backends';
    expect(terms(ordering)).toEqual(['-failed_attempts_before_cancel', 'name', '-pk', 'backends']);
  });

  it.each(['', '--name', 'NAME', '-', ',', 'flow_sets'])('orders by name for %j', (ordering) => {
    expect(parseOrdering(ordering, KNOWN)).toEqual(BY_NAME);
  });

  it('knows what the release does', () => {
    expect(terms('-allow_show_password', [...KNOWN, 'allow_show_password'])).toEqual([
      '-allow_show_password',
    ]);
    expect(terms('-allow_show_password')).toEqual(['name']);
  });

  it.each(['flow_set', '-flow_set', 'name, flow_set'])('refuses %j', (ordering) => {
    expect(() => parseOrdering(ordering, KNOWN)).toThrow(
      expect.objectContaining({ code: 'invalid' }),
    );
  });
});

// As Python's str.isspace has it.
const SPACES = [
  '\t',
  '\n',
  '\u001c',
  '\u001f',
  ' ',
  '\u0085',
  '\u00a0',
  '\u1680',
  '\u2028',
  '\u3000',
];

describe('stripped', () => {
  it.each(SPACES)('removes %j at both ends only', (space) => {
    expect(stripped(`${space}a${space}b${space}`)).toBe(`a${space}b`);
  });

  it.each(['\ufeff', '\u200b', '\u180e', '\u0000', '\u001b'])('takes %j for text', (text) => {
    expect(stripped(`${text}a${text}`)).toBe(`${text}a${text}`);
  });
});

describe('parseSearch', () => {
  // From authentik's own django and djangorestframework, both syntaxes.
  it.each<[string, string[], string[]]>([
    ['', [], []],
    [
      ' default,, Password\tstage ',
      ['default', 'Password', 'stage'],
      ['default', 'Password', 'stage'],
    ],
    ['"main stage"', ['"main', 'stage"'], ['main stage']],
    ["'main stage' x", ["'main", "stage'", 'x'], ['main stage', 'x']],
    ['x"a b"', ['x"a', 'b"'], ['x"a b"']],
    [',"a b",', ['"a', 'b"'], ['a b']],
    ['"', ['"'], []],
    ['"a b', ['"a', 'b'], ['"a', 'b']],
    ['"a\\"b"', ['"a\\"b"'], ['a"b']],
    ['a,b c', ['a', 'b', 'c'], ['a', 'b', 'c']],
    ['50%_\\', ['50%_\\'], ['50%_\\']],
    ...SPACES.map((space): [string, string[], string[]] => [`a${space}b`, ['a', 'b'], ['a', 'b']]),
    ['\ufeffa', ['\ufeffa'], ['\ufeffa']],
  ])('%j', (search, words, phrases) => {
    expect(parseSearch(search, 'words')).toEqual(words);
    expect(parseSearch(search, 'phrases')).toEqual(phrases);
  });
});

describe('assertPageSize', () => {
  it('refuses more than 1,000', () => {
    for (const size of [undefined, 1, 1000]) expect(() => assertPageSize(size)).not.toThrow();
    expect(() => assertPageSize(1001)).toThrow(expect.objectContaining({ code: 'invalid' }));
  });
});

describe('toPagination', () => {
  it('has one page for no stages', () => {
    expect(toPagination(0, 1, 20)).toEqual({
      next: 0,
      previous: 0,
      count: 0,
      current: 1,
      total_pages: 1,
      start_index: 0,
      end_index: 0,
    });
  });

  it('names both neighbours of a page in the middle', () => {
    expect(toPagination(41, 2, 20)).toEqual({
      next: 3,
      previous: 1,
      count: 41,
      current: 2,
      total_pages: 3,
      start_index: 21,
      end_index: 40,
    });
  });

  it('refuses a page beyond the last one', () => {
    expect(() => toPagination(40, 3, 20)).toThrow(expect.objectContaining({ code: 'not_found' }));
  });

  it('visits every stage once', () => {
    const counts = fc.nat({ max: 500 });
    const sizes = fc.integer({ min: 1, max: 100 });
    fc.assert(
      fc.property(counts, sizes, (count, size) => {
        let seen = 0;
        for (let page = 1; page !== 0; page = toPagination(count, page, size).next) {
          const { start_index: start, end_index: end } = toPagination(count, page, size);
          expect(start).toBe(count === 0 ? 0 : seen + 1);
          seen = end;
        }
        expect(seen).toBe(count);
        expect(toPagination(count, 'last', size).end_index).toBe(count);
      }),
      { seed: 20_240_613, numRuns: 200 },
    );
  });
});
