/** `npm run bench`: measures, and writes tables in Markdown to standard output. */
import { availableParallelism, cpus, loadavg } from 'node:os';
import { comparePeers } from './compare-peers.js';
import { comparisonTable } from './comparison-table.js';
import { openBenchServer } from './database/open-database.js';
import { openLoad } from './load/open-load.js';
import type { Bench } from './measure.js';
import { type Options, readOptions, USAGE } from './options.js';
import { targetsTable } from './targets.js';

const progress = (line: string) => process.stderr.write(`${line}\n`);
const print = (...parts: string[]) => process.stdout.write(`${parts.join('\n\n')}\n\n`);

async function run(options: Options): Promise<void> {
  progress('Seeding …');
  const server = await openBenchServer();
  const load = openLoad();
  const bench: Bench = { load, databasePid: server.pid };
  try {
    print(describeMachine(server.version));
    if (options.parts.includes('peers')) {
      const comparison = await comparePeers(bench, server, options, progress);
      print('## Peers', comparisonTable(comparison));
      if (options.peers.some((peer) => peer.name === 'ours')) print(targetsTable(comparison));
    }
  } finally {
    await load.close();
    await server.close();
  }
}

function describeMachine(databaseVersion: string): string {
  const [load = 0] = loadavg();
  return [
    `Node ${process.version}, PostgreSQL ${databaseVersion}`,
    `${availableParallelism()} cores (${cpus()[0]?.model ?? 'unknown'})`,
    `load average ${load.toFixed(1)} before the start`,
  ].join('; ');
}

let options: Options;
try {
  options = readOptions(process.argv.slice(2));
} catch (error) {
  progress(`${(error as Error).message}\n\n${USAGE}`);
  process.exit(2);
}
await run(options);
