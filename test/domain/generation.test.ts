import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { GENERATIONS, identifyGeneration, type Markers } from '../../src/domain/generation.js';
import { PROPERTY } from '../support/property.js';

const DJANGO: Markers = {
  hasRoles: true,
  hasBrands: true,
  tokensMayLackExpiry: true,
  usersKnowLastUpdate: false,
  groupsHaveParentColumn: true,
  hasGroupParentage: false,
  hasAkGroups: true,
};
const ROLES: Markers = {
  ...DJANGO,
  usersKnowLastUpdate: true,
  groupsHaveParentColumn: false,
  hasGroupParentage: true,
};

describe('identifyGeneration', () => {
  test.each<[string, Markers]>([
    ['2023.10', { ...DJANGO, hasBrands: false, tokensMayLackExpiry: false }],
    ['2024.2', { ...DJANGO, tokensMayLackExpiry: false }],
    ['2024.4', DJANGO],
    ['2025.8', { ...DJANGO, usersKnowLastUpdate: true }],
    ['2025.12', ROLES],
    ['2026.2', { ...ROLES, hasAkGroups: false }],
  ])('recognises %s', (since, markers) => {
    expect(identifyGeneration(markers)?.since).toBe(since);
  });

  test.each<[string, Markers]>([
    ['tables before 2023.10', { ...DJANGO, hasRoles: false, hasBrands: false }],
    ['both kinds of group parents', { ...DJANGO, hasGroupParentage: true }],
    ['no kind of group parents', { ...ROLES, hasGroupParentage: false }],
    ['parent_id without a table of members', { ...DJANGO, hasAkGroups: false }],
    [
      'an empty schema',
      Object.fromEntries(Object.keys(DJANGO).map((key) => [key, false])) as never,
    ],
  ])('refuses %s', (_state, markers) => {
    expect(identifyGeneration(markers)).toBeUndefined();
  });

  test('frozen permission tables are never believed once group parentage exists', () => {
    const flags = Object.fromEntries(Object.keys(DJANGO).map((key) => [key, fc.boolean()]));
    fc.assert(
      fc.property(fc.record(flags), (random) => {
        const markers = { ...random, hasGroupParentage: true } as unknown as Markers;
        expect(identifyGeneration(markers)?.permissions).not.toBe('django');
      }),
      PROPERTY,
    );
  });
});

describe('GENERATIONS', () => {
  // Each hop that a rule allows too much would make superusers of people who are none.
  test.each([
    ['2023.10', 20],
    ['2024.2', 20],
    ['2024.4', 19],
    ['2025.8', 19],
    ['2025.12', undefined],
    ['2026.2', undefined],
  ])('since %s superusers are inherited over %s parents', (since, hops) => {
    expect(GENERATIONS.find((generation) => generation.since === since)?.superuserHops).toBe(hops);
  });
});
