/** Ends the process with a sentence on a Node that is too old. Imported first: libraries would end it with a stack. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from './package-root.js';

const { engines } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8'));
const oldest = engines.node.replace('>=', '');
const { node } = process.versions;
if (node.localeCompare(oldest, 'en', { numeric: true }) < 0) {
  process.stderr.write(`Cannot start.\nNode ${node} is too old: this needs Node ${oldest} or later.\n`);
  process.exit(1);
}
