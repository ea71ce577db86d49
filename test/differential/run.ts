/** `npm run test:differential`: compares at length. `--release` and `--seed` repeat a database that differed. */
import { parseArgs } from 'node:util';
import { packageRoot } from '../../src/package-root.js';
import { RELEASES } from '../support/generations/generations.js';
import startPostgres from '../support/start-postgres.js';
import stopPostgres from '../support/stop-postgres.js';
import { compare } from './compare.js';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Date.now() % 1e9) },
    release: { type: 'string' },
    databases: { type: 'string', default: '8' },
    requests: { type: 'string', default: '500' },
  },
});
const releases = RELEASES.filter((release) => (values.release ?? release) === release);
const counts: Record<number, number> = {};
let failed = 0;

await startPostgres({ rootDir: packageRoot });
for (const release of releases) {
  for (let index = 0; index < Number(values.databases); index += 1) {
    const seed = Number(values.seed) + index;
    const { statuses, differences } = await compare(release, seed, Number(values.requests));
    for (const status of statuses) counts[status] = (counts[status] ?? 0) + 1;
    failed += differences.length;
    for (const difference of differences.slice(0, 5)) console.log(difference);
  }
}
await stopPostgres();

const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
console.log(`Seed ${values.seed}, responses by status: ${JSON.stringify(counts)}`);
console.log(`${total - failed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
