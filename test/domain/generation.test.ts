import { describe, expect, test } from '@jest/globals';
import { GENERATIONS } from '../../src/domain/generation.js';

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
