/** `npm run generate:prisma` writes what follows from schema.prisma; with `--check` it only tells whether that is up to date. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const command = createRequire(import.meta.url).resolve('prisma/build/index.js');
const OUTPUTS = [
  'generated/prisma',
  'generated/tables.ts',
  'generated/stage-sql.ts',
  'prisma/reader-role',
  'docs/tables.md',
];

if (process.argv.includes('--check')) check();
else generate(root);

/** Reads prisma/schema.prisma below the folder and writes beside it. */
function generate(folder: string): void {
  const schema = join(folder, 'prisma', 'schema.prisma');
  execFileSync(process.execPath, [command, 'generate', '--schema', schema], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      ...process.env,
      // Where the generator of schema.prisma finds tsx, however this was started.
      PATH: `${join(root, 'node_modules', '.bin')}:${process.env.PATH}`,
      // Generating needs no schema engine, yet the command would download one unless it is told of a file.
      PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
      PRISMA_HIDE_UPDATE_MESSAGE: 'true',
      CHECKPOINT_DISABLE: '1',
    },
  });
}

function check(): void {
  const scratch = mkdtempSync(join(tmpdir(), 'prisma-check-'));
  try {
    cpSync(join(root, 'prisma', 'schema.prisma'), join(scratch, 'prisma', 'schema.prisma'));
    generate(scratch);
    const stale = OUTPUTS.flatMap((output) => differences(scratch, output));
    if (stale.length > 0) {
      console.error(`Stale: ${stale.join(', ')}. Run: npm run generate`);
      process.exitCode = 1;
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function differences(scratch: string, output: string): string[] {
  const files = new Set([...filesIn(join(scratch, output)), ...filesIn(join(root, output))]);
  return [...files]
    .map((file) => join(output, file))
    .filter((file) => contentOf(join(scratch, file)) !== contentOf(join(root, file)));
}

/** Paths below a folder; for a file, the empty path to itself. */
function filesIn(path: string): string[] {
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) return [''];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(path.length + 1));
}

function contentOf(file: string): string | undefined {
  return statSync(file, { throwIfNoEntry: false })?.isFile()
    ? readFileSync(file, 'utf8')
    : undefined;
}
