import { describe, expect, test } from '@jest/globals';
import { RELEASES } from '../support/generations/generations.js';
import { compare } from './compare.js';

const SEED = 20_240_604;

describe.each(RELEASES)('random databases of %s', (release) => {
  test(`get the responses that authentik's rules give (seed ${SEED})`, async () => {
    const { statuses, differences } = await compare(release, SEED, 150);
    expect(differences).toEqual([]);
    for (const status of [200, 400, 403, 404]) expect(statuses).toContain(status);
  });
});
