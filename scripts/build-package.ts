/** Stages in dist/package what `npm run pack` packs: the client for both module systems, and the contract check. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { build } from 'esbuild';
import { packageRoot } from '../src/package-root.js';

const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc');
const staged = (...path: string[]) => join(packageRoot, 'dist', 'package', ...path);
const root: Readonly<Record<string, unknown>> & { readonly dependencies: Record<string, string> } =
  JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8'));
const { name, version, license, engines, dependencies } = root;

const CLIENTS = {
  module: ['--outDir', staged('esm')],
  commonjs: [
    ...['--outDir', staged('cjs'), '--module', 'commonjs', '--moduleResolution', 'node10'],
    ...['--verbatimModuleSyntax', 'false'],
  ],
};

const MANIFEST = {
  name,
  version,
  description:
    "Typed client for authentik's password stages, and a check of deployments against the contract",
  keywords: ['authentik', 'password', 'stages', 'openapi', 'client', 'typescript', 'contract'],
  license,
  type: 'module',
  engines,
  bin: { 'authentik-stages-password': 'command.js' },
  exports: {
    './client': {
      import: { types: './esm/src/client.d.ts', default: './esm/src/client.js' },
      require: { types: './cjs/src/client.d.ts', default: './cjs/src/client.js' },
    },
    './openapi.yaml': './openapi.yaml',
    './package.json': './package.json',
  },
  sideEffects: false,
  dependencies: { 'openapi-fetch': dependencies['openapi-fetch'] },
};

rmSync(staged(), { recursive: true, force: true });
for (const [type, flags] of Object.entries(CLIENTS)) {
  execFileSync(process.execPath, [compiler, '-p', 'tsconfig.client.json', ...flags], {
    cwd: packageRoot,
    stdio: 'inherit',
  });
  // Tells Node and TypeScript what the files beside it are: all end in .js and .d.ts.
  writeJson(join(String(flags[1]), 'package.json'), { type });
}
writeJson(staged('package.json'), MANIFEST);
copyFileSync(join(packageRoot, 'scripts', 'package-readme.md'), staged('README.md'));
for (const file of ['LICENSE', 'CHANGELOG.md', 'openapi.yaml']) {
  copyFileSync(join(packageRoot, file), staged(file));
}

// With all that it needs inside, since an installation of the package brings nothing of the server.
await build({
  absWorkingDir: packageRoot,
  entryPoints: ['scripts/package-command.ts'],
  outfile: staged('command.js'),
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  banner: {
    js: "import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);",
  },
  logLevel: 'warning',
});

function writeJson(file: string, value: unknown): void {
  writeFileSync(file, `${JSON.stringify(value, undefined, 2)}\n`);
}
