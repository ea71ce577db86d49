import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { build } from 'esbuild';
import { packageRoot } from '../../src/package-root.js';
import { DEMO_TOKENS, type RunningService, startDemoService } from '../support/service.js';
import {
  createCheckout,
  execute,
  type Folder,
  type Installation,
  installPackage,
} from './installation.js';

interface Example {
  readonly document: string;
  readonly number: number;
  readonly language: Language;
  readonly code: string;
  /** What it prints; undefined where the document does not say. */
  readonly output: string | undefined;
}
type Language = keyof typeof EXTENSIONS;

const PACKAGE_README = 'scripts/package-readme.md';
const EXTENSIONS = { js: 'mjs', ts: 'mts', cjs: 'cjs' } as const;
const BLOCK = /```(js|ts|cjs)\n(.*?)```(?:\n\n```text\n(.*?)```)?/gs;
const LINK = /\]\((?!https:)([^)#]+)/g;
/** The addresses that the documents name for the service. */
const SERVICE = /http:\/\/127\.0\.0\.1:3000|https:\/\/authentik\.example/g;

const read = (document: string) => readFileSync(join(packageRoot, document), 'utf8');

const EXAMPLES = ['README.md', 'docs/client.md', PACKAGE_README].flatMap((document) =>
  [...read(document).matchAll(BLOCK)].map(
    ([, language, code = '', output], index): Example => ({
      document,
      number: index + 1,
      language: language as Language, // one of the three that BLOCK lists
      code,
      output,
    }),
  ),
);

function fileOf({ document, number }: Example, extension: string): string {
  return `${document.replaceAll(/\W/g, '-')}-${number}.${extension}`;
}

/** Writes the example with the address of the service, and runs it with Node. */
async function run(example: Example, folder: Folder, service: RunningService): Promise<string> {
  const { language } = example;
  const file = fileOf(example, language === 'ts' ? 'mjs' : EXTENSIONS[language]);
  const code = example.code.replaceAll(SERVICE, service.url);
  const path = join(folder.path, file);
  if (language === 'ts') await build({ stdin: { contents: code, loader: 'ts' }, outfile: path });
  else writeFileSync(path, code);
  return folder.run('env', `AUTHENTIK_TOKEN=${DEMO_TOKENS.administrator}`, process.execPath, file);
}

describe('the examples of the documentation', () => {
  let installation: Installation;
  let checkout: Folder;
  let service: RunningService;
  beforeAll(async () => {
    [installation, checkout, service] = await Promise.all([
      installPackage(),
      createCheckout(),
      startDemoService(),
    ]);
  });
  afterAll(async () => {
    installation.remove();
    checkout.remove();
    await service.close();
  });

  test.each([
    ['an empty project', () => installation],
    ['the checkout', () => checkout],
  ])('are accepted by the compiler as they stand, in %s', async (_, folderOf) => {
    const folder = folderOf();
    const files = EXAMPLES.map((example) => fileOf(example, EXTENSIONS[example.language]));
    EXAMPLES.forEach(({ code }, index) => {
      writeFileSync(join(folder.path, String(files[index])), code);
    });
    const compiler = join(packageRoot, 'node_modules', '.bin', 'tsc');
    const types = ['--typeRoots', join(packageRoot, 'node_modules', '@types'), '--types', 'node'];
    const flags = ['--strict', '--noEmit', '--skipLibCheck', '--allowJs', '--checkJs'];
    const target = ['--module', 'nodenext', '--target', 'es2022', '--lib', 'es2022,dom'];
    expect(await folder.run(compiler, ...flags, ...types, ...target, ...files)).toBe('');
  });

  test.each(
    EXAMPLES,
  )('$document, number $number, prints what it says in an empty project', async (example) => {
    const printed = await run(example, installation, service);
    expect(printed).not.toBe('');
    expect(printed).toBe(example.output ?? printed);
  });

  test.each(
    EXAMPLES,
  )('$document, number $number, prints what it says in the checkout', async (example) => {
    const printed = await run(example, checkout, service);
    expect(printed).not.toBe('');
    expect(printed).toBe(example.output ?? printed);
  });

  const SHELL = /```sh\n((?:curl|npm run --silent verify)[^`]*)```/gs;
  const COMMANDS = ['README.md', 'docs/verify.md'].flatMap((document) =>
    [...read(document).matchAll(SHELL)].map(([, command = '']) => ({ document, command })),
  );

  test.each(COMMANDS)('$document: $command', async ({ command }) => {
    const { administrator, noPermission } = DEMO_TOKENS;
    const tokens = `TOKEN=${administrator} OTHER=${noPermission};`;
    const printed = await execute(packageRoot, 'sh', [
      '-ec',
      tokens + command.replaceAll(SERVICE, service.url),
    ]);
    expect(printed).toMatch(/^\{"pk":"|\b\d+ passed, 0 failed/m);
  });

  test("the package's own README leads nowhere that the package does not have", () => {
    const links = [...read(PACKAGE_README).matchAll(LINK)].map(([, link = '']) => link);
    const packed = join(installation.path, 'node_modules', 'authentik-stages-password');
    expect(links).not.toEqual([]);
    expect(links.filter((link) => !existsSync(join(packed, link)))).toEqual([]);
  });
});
