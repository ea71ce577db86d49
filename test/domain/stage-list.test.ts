import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  parseOrdering,
  parsePage,
  parseSearch,
  toPagination,
} from '../../src/domain/stage-list.js';

describe('parseOrdering', () => {
  it('takes names in order, each with its direction', () => {
    expect(parseOrdering('-failed_attempts_before_cancel, name')).toEqual([
      { field: 'failed_attempts_before_cancel', isDescending: true },
      { field: 'name', isDescending: false },
    ]);
  });

  it.each(['', 'flow_set', '--name', 'NAME', '-', ','])('ignores %j', (ordering) => {
    expect(parseOrdering(ordering)).toEqual([]);
  });

  it('takes the first of a name that comes twice', () => {
    expect(parseOrdering('-name,name')).toEqual([{ field: 'name', isDescending: true }]);
  });
});

describe('parseSearch', () => {
  it('parts words at blanks and commas', () => {
    expect(parseSearch(' default,, Password\tstage ')).toEqual(['default', 'Password', 'stage']);
  });
});

describe('parsePage', () => {
  it('knows numbers and the last page', () => {
    expect([parsePage('7'), parsePage('last')]).toEqual([7, 'last']);
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

  it('leads through every stage once', () => {
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
