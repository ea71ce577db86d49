import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { packageRoot } from '../../src/package-root.js';
import { USAGE } from '../../src/verify/command.js';
import { PROFILES } from '../../src/verify/profile.js';

const documentation = readFileSync(join(packageRoot, 'docs', 'verify.md'), 'utf8');
const firstCells = [...documentation.matchAll(/^\| `([^`]+)` \|/gm)].map(([, cell]) => cell);

describe('docs/verify.md', () => {
  test('lists the options that the command has', () => {
    const options = [...USAGE.matchAll(/^ {2}(--\S+(?: <\w+>)?) {2,}/gm)].map(([, each]) => each);
    expect(firstCells.filter((cell) => cell?.startsWith('--'))).toEqual(
      options.filter((option) => option !== '--help'),
    );
  });

  test('explains each difference of authentik', () => {
    expect(firstCells.filter((cell) => !cell?.startsWith('--'))).toEqual(
      Object.keys(PROFILES.authentik),
    );
  });
});
