import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { packageRoot } from '../src/package-root.js';
import { SETTINGS } from '../src/settings.js';

const readme = readFileSync(join(packageRoot, 'README.md'), 'utf8');

interface Manifest {
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}
const readManifest = (...folder: string[]) =>
  JSON.parse(readFileSync(join(packageRoot, ...folder, 'package.json'), 'utf8')) as Manifest;
const client = readManifest();
const server = readManifest('server');

describe('README.md', () => {
  it('lists every setting with its default and meaning', () => {
    const rows = Object.entries(SETTINGS).map(([name, { default: value, desc }]) =>
      settingRow(name, value, desc ?? ''),
    );
    const table = ['| variable | default | meaning |', '| --- | --- | --- |', ...rows].join('\n');
    expect(readme).toContain(table);
  });

  it('names only scripts that exist', () => {
    const named = [...readme.matchAll(/npm run ([\w:-]+)/g)].map(([, script]) => script ?? '');
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((script) => !client.scripts?.[script])).toEqual([]);
  });

  it('gives a reason for every dependency', () => {
    const [, section = ''] = readme.split('## Dependencies');
    const names = Object.keys({
      ...client.dependencies,
      ...server.dependencies,
      ...server.optionalDependencies,
    });
    const explained = section
      .split('\n')
      .flatMap((row) => (row.split('|')[1] ?? '').split(','))
      .map((cell) => cell.replace('(optional)', '').trim());
    expect(names.filter((name) => !explained.includes(name))).toEqual([]);
  });
});

function settingRow(name: string, value: unknown, meaning: string): string {
  const shown = value === undefined || value === '' ? '' : ` \`${value}\``;
  return `| \`${name}\` |${shown} | ${meaning} |`;
}
