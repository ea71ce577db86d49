/** `npm run generate:prisma` writes generated/prisma; with `--check` it only tells whether that is up to date. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const prismaFolder = dirname(fileURLToPath(import.meta.url));
const generated = join(prismaFolder, '..', 'generated', 'prisma');
const command = createRequire(import.meta.url).resolve('prisma/build/index.js');

if (process.argv.includes('--check')) check();
else generate(prismaFolder);

/** Reads schema.prisma in the folder, and writes ../generated/prisma as the schema says. */
function generate(folder: string): void {
  execFileSync(process.execPath, [command, 'generate', '--schema', join(folder, 'schema.prisma')], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      ...process.env,
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
    cpSync(join(prismaFolder, 'schema.prisma'), join(scratch, 'prisma', 'schema.prisma'));
    generate(join(scratch, 'prisma'));
    const stale = differences(join(scratch, 'generated', 'prisma'), generated);
    if (stale.length > 0) {
      console.error(`generated/prisma is stale (${stale.join(', ')}). Run: npm run generate`);
      process.exitCode = 1;
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function differences(fresh: string, committed: string): string[] {
  const files = new Set([...filesIn(fresh), ...filesIn(committed)]);
  return [...files].filter((file) => contentOf(fresh, file) !== contentOf(committed, file));
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
}

function contentOf(folder: string, file: string): string | undefined {
  try {
    return readFileSync(join(folder, file), 'utf8');
  } catch {
    return undefined;
  }
}
