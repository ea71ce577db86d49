import { describe, expect, test } from '@jest/globals';
import { RELEASES } from '../support/generations/generations.js';
import { compare } from './compare.js';

const SEED = 20_240_604;

describe.each(RELEASES)('random databases of %s', (release) => {
  // A database of its own for each, since most rules are those of several releases.
  const seed = SEED + RELEASES.indexOf(release);
  test(`get the responses that authentik's rules give (seed ${seed})`, async () => {
    const { statuses, differences } = await compare(release, seed, 250);
    expect(differences).toEqual([]);
    for (const status of [200, 400, 403, 404]) expect(statuses).toContain(status);
  });
});
