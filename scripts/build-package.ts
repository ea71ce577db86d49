/** Builds what `npm pack` ships: the client for both module systems, and the contract check. */
import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { build } from 'esbuild';
import { packageRoot } from '../src/package-root.js';

const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc');

const CLIENTS = {
  module: ['--outDir', 'dist/client/esm'],
  commonjs: [
    ...['--outDir', 'dist/client/cjs', '--module', 'commonjs', '--moduleResolution', 'node10'],
    ...['--verbatimModuleSyntax', 'false'],
  ],
};

for (const folder of ['client', 'verify']) {
  rmSync(join(packageRoot, 'dist', folder), { recursive: true, force: true });
}
for (const [type, flags] of Object.entries(CLIENTS)) {
  execFileSync(process.execPath, [compiler, '-p', 'tsconfig.client.json', ...flags], {
    cwd: packageRoot,
    stdio: 'inherit',
  });
  // Tells Node and TypeScript what the files beside it are: all end in .js and .d.ts.
  writeFileSync(
    join(packageRoot, String(flags[1]), 'package.json'),
    `${JSON.stringify({ type })}\n`,
  );
}

// With all that it needs inside, since an installation of the package brings nothing of the server.
await build({
  absWorkingDir: packageRoot,
  entryPoints: ['src/verify/cli.ts'],
  outfile: 'dist/verify/cli.js',
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  banner: {
    js: "import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);",
  },
  logLevel: 'warning',
});
