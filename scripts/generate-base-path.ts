/** Writes the contract's base path to generated/base-path.ts; with `--check` it only tells whether that is up to date. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadContract } from '../src/contract/contract.js';
import { packageRoot } from '../src/package-root.js';

const file = join(packageRoot, 'generated', 'base-path.ts');
const fresh = `/** The path under which the contract's operations live. */
export const BASE_PATH = ${JSON.stringify(loadContract().basePath)};
`;

if (!process.argv.includes('--check')) {
  writeFileSync(file, fresh);
} else if (readFileSync(file, 'utf8') !== fresh) {
  console.error('generated/base-path.ts is stale. Run: npm run generate');
  process.exitCode = 1;
}
