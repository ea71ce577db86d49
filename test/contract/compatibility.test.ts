import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { packageRoot } from '../../src/package-root.js';

const { scripts } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8'));
const [program, command, released, , ...flags] = (scripts['check:compatibility'] as string).split(
  ' ',
) as [string, string, string, ...string[]];
const contract = readFileSync(join(packageRoot, released), 'utf8');

const [major = 0, minor = 0] = (/^ {2}version: (.*)$/m.exec(contract)?.[1] ?? '')
  .split('.')
  .map(Number);
const today = readFileSync(join(packageRoot, 'openapi.yaml'), 'utf8');
const [, version = ''] = /^ {2}version: (.*)$/m.exec(today) ?? [];
const NEXT_MINOR = `${major}.${minor + 1}.0`;
const NEXT_MAJOR = `${major + 1}.0.0`;

interface Change {
  readonly change: string;
  readonly from: string;
  readonly to: string;
  readonly reason: string;
}

const BREAKING: readonly Change[] = [
  {
    change: 'a field has another name',
    from: '        configure_flow:\n          type:',
    to: '        flow:\n          type:',
    reason: 'Property `configure_flow` of `PasswordStage` was removed.',
  },
  {
    change: 'a field of a response may be left out',
    from: '        - failed_attempts_before_cancel\n      properties:',
    to: '      properties:',
    reason: 'failed_attempts_before_cancel',
  },
  {
    change: 'a path changes',
    from: '  /stages/password/{stage_uuid}/:',
    to: '  /password-stages/{stage_uuid}/:',
    reason: '/stages/password/{stage_uuid}/',
  },
];

describe('check:compatibility', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'compatibility-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  function compare(version: string, { from, to }: Pick<Change, 'from' | 'to'>) {
    if (!contract.includes(from)) throw new Error(`The released contract lacks: ${from}`);
    return compareText(version, contract.replace(from, to));
  }

  function compareText(version: string, text: string) {
    const revision = join(folder, 'openapi.yaml');
    writeFileSync(revision, text.replace(/^ {2}version: .*$/m, `  version: ${version}`));
    const { status, stdout, stderr } = spawnSync(
      join(packageRoot, 'node_modules', '.bin', program),
      [command, released, revision, ...flags],
      { cwd: packageRoot, encoding: 'utf8', env: { ...process.env, REDOCLY_TELEMETRY: 'off' } },
    );
    return { status, output: stdout + stderr };
  }

  test.each(BREAKING)('refuses, with the reason, a minor version in which $change', (breaking) => {
    const { status, output } = compare(NEXT_MINOR, breaking);
    expect(status).not.toBe(0);
    expect(output).toContain(breaking.reason);
    expect(output).toContain(`require a major bump (${NEXT_MAJOR})`);
  });

  test('accepts the same change in a new major version', () => {
    expect(compare(NEXT_MAJOR, BREAKING[0] as Change).status).toBe(0);
  });

  test('accepts the contract of today in its own version', () => {
    expect(compareText(version, today).status).toBe(0);
  });

  test('refuses the contract of today as a minor version when it is a major one', () => {
    const { output } = compareText(NEXT_MINOR, today);
    const isMajor = Number(version.split('.')[0]) > major;
    expect(output.includes(`require a major bump (${NEXT_MAJOR})`)).toBe(isMajor);
  });

  const ADDED = {
    from: "        - $ref: '#/components/parameters/IfNoneMatch'\n",
    to: "        - $ref: '#/components/parameters/IfNoneMatch'\n        - { name: new, in: query, description: New., schema: { type: string } }\n",
  };

  test('accepts an addition in a new minor version', () => {
    expect(compare(NEXT_MINOR, ADDED).status).toBe(0);
  });

  test('refuses an addition without a new version', () => {
    const { status, output } = compare(`${major}.${minor}.0`, ADDED);
    expect(status).not.toBe(0);
    expect(output).toContain(`require a minor bump (${NEXT_MINOR})`);
  });
});
