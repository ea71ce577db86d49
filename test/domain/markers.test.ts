import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { GENERATIONS } from '../../src/domain/generation.js';
import {
  identifyGeneration,
  MARKERS,
  type Marker,
  markersAfter,
  nearestGeneration,
} from '../../src/domain/markers.js';
import { PROPERTY } from '../support/property.js';

const nameOf = ({ table, column }: Marker) => `${table}.${column}`;

// Written out from authentik's migrations, not derived from the code under test.
const DJANGO = [
  'authentik_rbac_role.uuid',
  'authentik_core_group.parent_id',
  'authentik_core_user_ak_groups.group_id',
];
const ROLES = [
  'authentik_rbac_role.uuid',
  'authentik_brands_brand.brand_uuid',
  'authentik_core_token.expires',
  'authentik_core_user.last_updated',
  'authentik_core_groupparentage.parent_id',
  'authentik_core_user_roles.role_id',
];
const BRANDS = 'authentik_brands_brand.brand_uuid';
const EXPIRES = 'authentik_core_token.expires';
const UPDATED = 'authentik_core_user.last_updated';
const OLD_MEMBERS = 'authentik_core_user_ak_groups.group_id';
const NEW_MEMBERS = 'authentik_core_user_groups.group_id';

const has = (names: readonly string[]) => (marker: Marker) => names.includes(nameOf(marker));

describe('identifyGeneration', () => {
  test.each<[string, string[]]>([
    ['2023.10', DJANGO],
    ['2024.2', [...DJANGO, BRANDS]],
    ['2024.4', [...DJANGO, BRANDS, EXPIRES]],
    ['2025.8', [...DJANGO, BRANDS, EXPIRES, UPDATED]],
    ['2025.12', [...ROLES, OLD_MEMBERS]],
    ['2026.2', [...ROLES, NEW_MEMBERS]],
  ])('recognises %s', (since, names) => {
    expect(identifyGeneration(has(names))?.since).toBe(since);
  });

  test('refuses every other combination', () => {
    const known = [
      DJANGO,
      [...DJANGO, BRANDS],
      [...DJANGO, BRANDS, EXPIRES],
      [...DJANGO, BRANDS, EXPIRES, UPDATED],
      [...ROLES, OLD_MEMBERS],
      [...ROLES, NEW_MEMBERS],
    ].map((names) => [...names].sort().join());
    for (const names of subsets(MARKERS.map(nameOf))) {
      const isKnown = known.includes([...names].sort().join());
      expect([names, identifyGeneration(has(names)) !== undefined]).toEqual([names, isKnown]);
    }
  });
});

describe('nearestGeneration', () => {
  test.each<[string, string[], string[], string[]]>([
    ['2025.12', [...ROLES, OLD_MEMBERS, 'authentik_core_group.parent_id'], [], ['parent_id']],
    ['2025.12', [...ROLES, OLD_MEMBERS].filter((name) => !/roles/.test(name)), ['role_id'], []],
    ['2026.2', [...ROLES, OLD_MEMBERS, NEW_MEMBERS], [], ['group_id']],
  ])('names what keeps tables from being those of %s', (since, names, missing, surplus) => {
    const nearest = nearestGeneration(has(names));
    expect(nearest.generation.since).toBe(since);
    expect(nearest.missing.map(({ column }) => column)).toEqual(missing);
    expect(nearest.surplus.map(({ column }) => column)).toEqual(surplus);
  });

  test('differs in nothing where the generation is known, and in something where it is not', () => {
    const names = fc.subarray(MARKERS.map(nameOf));
    fc.assert(
      fc.property(names, (found) => {
        const { missing, surplus } = nearestGeneration(has(found));
        const isKnown = identifyGeneration(has(found)) !== undefined;
        expect(missing.length + surplus.length === 0).toBe(isKnown);
      }),
      PROPERTY,
    );
  });
});

describe('markersAfter', () => {
  test.each([
    ['2023.10', 6],
    ['2024.2', 5],
    ['2024.4', 4],
    ['2025.8', 3],
    ['2025.12', 1],
    ['2026.2', 0],
  ])('%s: each later release brings what it lacks', (since, count) => {
    const generation = GENERATIONS.find((candidate) => candidate.since === since);
    expect(markersAfter(generation as (typeof GENERATIONS)[number])).toHaveLength(count);
  });
});

function subsets(names: readonly string[]): string[][] {
  const isIn = (subset: number, index: number) => (subset & (1 << index)) !== 0;
  return Array.from({ length: 1 << names.length }, (_, subset) =>
    names.filter((_name, index) => isIn(subset, index)),
  );
}
