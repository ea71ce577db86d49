/** Writes docs/settings.md from src/config.ts; with `--check` it only tells whether that is up to date. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SETTINGS } from '../src/config.js';
import { packageRoot } from '../src/package-root.js';

const file = join(packageRoot, 'docs', 'settings.md');
const fresh = `<!-- Written by \`npm run generate\` from src/config.ts. -->

# Settings

Settings are environment variables. All that are wrong are reported at once, before the port opens. A variable that is
nearly one of these gets a line at the start. What DATABASE_URL leaves out, the PostgreSQL driver takes from the usual
variables: PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE, PGSSLMODE.

| variable | default | meaning |
| --- | --- | --- |
${SETTINGS.map(({ variable, schema }) => `| \`${variable}\` | ${defaultOf(schema)} | ${schema.description} |`).join('\n')}
`;

if (!process.argv.includes('--check')) {
  writeFileSync(file, fresh);
} else if (readFileSync(file, 'utf8') !== fresh) {
  console.error('docs/settings.md is stale. Run: npm run generate');
  process.exitCode = 1;
}

function defaultOf(schema: { safeParse(value: undefined): { data?: unknown } }): string {
  const value = String(schema.safeParse(undefined).data ?? '');
  return value && `\`${value}\``;
}
