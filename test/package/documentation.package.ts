import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { build } from 'esbuild';
import { packageRoot } from '../../src/package-root.js';
import { type RunningService, startDemoService } from '../support/service.js';
import { type Installation, installPackage } from './installation.js';

interface Example {
  readonly document: string;
  readonly number: number;
  readonly code: string;
  /** What it prints; undefined where the document does not say. */
  readonly output: string | undefined;
}

const SERVER = 'http://127.0.0.1:3000';
const BLOCK = /```ts\n(.*?)```(?:\n\n```text\n(.*?)```)?/gs;

const EXAMPLES = ['README.md', 'docs/client.md'].flatMap((document) =>
  [...readFileSync(join(packageRoot, document), 'utf8').matchAll(BLOCK)].map(
    ([, code = '', output], index): Example => ({ document, number: index + 1, code, output }),
  ),
);

describe('the examples of the documentation', () => {
  let installation: Installation;
  let service: RunningService;
  beforeAll(async () => {
    [installation, service] = await Promise.all([installPackage(), startDemoService()]);
    for (const example of EXAMPLES) {
      writeFileSync(join(installation.project, fileOf(example, 'mts')), example.code);
    }
  });
  afterAll(async () => {
    installation.remove();
    await service.close();
  });

  const fileOf = ({ document, number }: Example, extension: string) =>
    `${document.replaceAll(/\W/g, '-')}-${number}.${extension}`;

  test('compile as they stand', async () => {
    const compiler = join(packageRoot, 'node_modules', '.bin', 'tsc');
    const flags = ['--strict', '--noEmit', '--skipLibCheck', '--module', 'nodenext'];
    const files = EXAMPLES.map((example) => fileOf(example, 'mts'));
    const libraries = ['--target', 'es2022', '--lib', 'es2022,dom'];
    expect(await installation.run(compiler, ...flags, ...libraries, ...files)).toBe('');
  });

  test.each(EXAMPLES)('$document, number $number, prints what it says', async (example) => {
    const script = join(installation.project, fileOf(example, 'mjs'));
    await build({
      stdin: { contents: example.code.replaceAll(SERVER, service.url), loader: 'ts' },
      outfile: script,
    });
    const printed = await installation.run(process.execPath, script);
    expect(printed).not.toBe('');
    expect(printed).toBe(example.output ?? printed);
  });
});
