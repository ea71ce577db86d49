import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { loadContract } from '../src/contract/contract.js';
import { packageRoot } from '../src/package-root.js';

const read = (document: string) => readFileSync(join(packageRoot, document), 'utf8');
const PAGES = readdirSync(join(packageRoot, 'docs')).filter((name) => name.endsWith('.md'));
const DOCUMENTS = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'CHANGELOG.md',
  ...PAGES.map((page) => `docs/${page}`),
];

interface Manifest {
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
}
const manifest: Manifest = JSON.parse(read('package.json'));

/** Code is no prose: what looks like a link or heading there is none. */
const proseOf = (document: string) => read(document).replaceAll(/```.*?```/gs, '');

/** As GitHub makes them of headings. */
function anchorsOf(document: string): string[] {
  return [...proseOf(document).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
}

describe('README.md', () => {
  test('is short', () => {
    expect(read('README.md').split('\n').length).toBeLessThanOrEqual(121);
  });

  test('leads to every page', () => {
    expect(
      PAGES.filter((page) => page !== 'tables.md' && !read('README.md').includes(`docs/${page}`)),
    ).toEqual([]);
  });

  test('maps what is there in at most ten lines', () => {
    const [, map = ''] =
      /## How a request flows\n\n```text\n(.*?)\n```/s.exec(read('README.md')) ?? [];
    const paths = map.split('\n').map((line) => line.split(' ')[0] ?? '');
    expect(paths.length).toBeLessThanOrEqual(10);
    expect(paths.filter((path) => !existsSync(join(packageRoot, path)))).toEqual([]);
  });
});

describe.each(DOCUMENTS)('%s', (document) => {
  test('leads to files and headings that are there', () => {
    const links = [
      ...proseOf(document).matchAll(/(?:\]\(|src="|srcset=")(?!https?:)([^)"]+)/g),
    ].map(([, to = '']) => to);
    const broken = links.filter((link) => {
      const [path = '', anchor] = link.split('#');
      const target = path ? join(dirname(document), path) : document;
      return (
        !existsSync(join(packageRoot, target)) ||
        (anchor !== undefined && !anchorsOf(target).includes(anchor))
      );
    });
    expect(broken).toEqual([]);
  });

  test('names only scripts that exist', () => {
    const named = [...read(document).matchAll(/npm run (?:--silent )?([a-z][\w:-]*)/g)].map(
      ([, script = '']) => script,
    );
    expect(named.filter((script) => !manifest.scripts[script])).toEqual([]);
  });
});

describe('CONTRIBUTING.md', () => {
  test('has every script in its table', () => {
    const explained = [...read('CONTRIBUTING.md').matchAll(/`([a-z:]+)`/g)].map(([, name]) => name);
    expect(Object.keys(manifest.scripts).filter((script) => !explained.includes(script))).toEqual(
      [],
    );
  });

  test('names files that are there', () => {
    const paths = [
      ...read('CONTRIBUTING.md').matchAll(/`((?:src|test|prisma|docs|deploy)\/[\w./-]*)`/g),
    ];
    expect(
      paths.map(([, path = '']) => path).filter((path) => !existsSync(join(packageRoot, path))),
    ).toEqual([]);
  });
});

describe('docs/dependencies.md', () => {
  test('gives a reason for every dependency, and for no other package', () => {
    const rows = [...read('docs/dependencies.md').matchAll(/^\| ([^|]+) \|/gm)].map(
      ([, cell = '']) => cell,
    );
    const explained = rows
      .slice(2)
      .flatMap((cell) => cell.split(', ').map((name) => name.replace(' (optional)', '')));
    const names = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies });
    expect(explained.sort()).toEqual(names.sort());
  });
});

describe('docs/errors.md', () => {
  test('has an entry for every code of the contract', () => {
    const { document } = loadContract();
    const codes = JSON.stringify(document).matchAll(/"code":"([a-z_]+)"/g);
    const missing = new Set(
      [...codes]
        .map(([, code = '']) => code)
        .filter((code) => !anchorsOf('docs/errors.md').includes(code)),
    );
    expect([...missing]).toEqual([]);
  });

  test('quotes only messages that are in the source', () => {
    const files = readdirSync(join(packageRoot, 'src'), { recursive: true, encoding: 'utf8' });
    const source = files
      .filter((file) => file.endsWith('.ts'))
      .map((file) =>
        read(join('src', file))
          .replaceAll(/\$\{(?:[^{}]|\{[^{}]*\})*\}/g, '…')
          .replaceAll("\\'", "'"),
      )
      .join('\n');
    const rows = [...read('docs/errors.md').matchAll(/^\| (?!message|---)([^|]+) \|/gm)];
    const quoted = rows.flatMap(([, cell = '']) => [...cell.matchAll(/\*([^*]+)\*|`([^`]+)`/g)]);
    const parts = quoted.flatMap(([, italic, code]) => String(italic ?? code).split(/…|"/));
    // The variable comes before what is wrong with it.
    const fragments = parts
      .map((part) => part.replace(/^[A-Z]+_?[A-Z_]*\b(?= (?:must|has) )/, '').trim())
      .filter((part) => part.length > 3);
    expect(fragments.length).toBeGreaterThan(50);
    expect(fragments.filter((fragment) => !source.includes(fragment))).toEqual([]);
  });
});
