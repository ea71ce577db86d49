/** `npm run bench`: measures, and writes tables in Markdown to standard output. */
import { availableParallelism, cpus, loadavg } from 'node:os';
import { comparePeers } from './compare-peers.js';
import { comparisonTable, ratioTable } from './comparison-table.js';
import { type BenchServer, openBenchServer } from './database/open-database.js';
import { BASE_SIZE } from './database/size.js';
import { dimensions, type Growth, measureGrowth } from './growth.js';
import { growthTable } from './growth-table.js';
import { openLoad } from './load/open-load.js';
import type { Bench } from './measure.js';
import { type Options, readOptions, USAGE } from './options.js';
import { explainAll } from './plans.js';
import { plansTable } from './plans-table.js';
import { recordProfile } from './profile/record-profile.js';
import { growthTargetsTable, peerTargetsTable } from './targets.js';
import { openDocument } from './write-results.js';

const LARGE = 100_000;
const LARGE_IF_QUICK = 1000;

const progress = (line: string) => process.stderr.write(`${line}\n`);
const print = (...parts: string[]) => process.stdout.write(`${parts.join('\n\n')}\n\n`);

async function run(options: Options): Promise<void> {
  const writeDocument = options.document === undefined ? undefined : openDocument(options.document);
  progress('Starting PostgreSQL …');
  const server = await openBenchServer();
  const [load, sideLoad] = [openLoad(), openLoad()];
  const bench: Bench = { load, sideLoad, databasePid: server.pid };
  try {
    const machine = describeMachine(server.version);
    print(machine);
    if (options.profile) print(await recordProfile(bench, server, options.profile, options));
    else {
      const tables = await runParts(bench, server, options);
      writeDocument?.([machine, ...tables]);
    }
  } finally {
    await Promise.all([load.close(), sideLoad.close()]);
    await server.close();
  }
}

/** Prints everything as soon as it is known. Resolves to what holds on other machines too. */
async function runParts(bench: Bench, server: BenchServer, options: Options): Promise<string[]> {
  const { parts, isQuick } = options;
  const large = isQuick ? LARGE_IF_QUICK : LARGE;
  const results: string[] = [];
  const report = (...tables: string[]) => {
    print(...tables);
    results.push(...tables);
  };
  if (parts.includes('peers')) {
    const comparison = await comparePeers(bench, server, options, progress);
    print('### Peers, as measured', comparisonTable(comparison));
    report('### Peers', ratioTable(comparison), peerTargetsTable(comparison));
  }
  if (parts.includes('growth')) {
    const growths: Growth[] = [];
    for (const dimension of dimensions(large)) {
      progress(`${dimension.title} …`);
      growths.push(await measureGrowth(bench, server, dimension, options));
    }
    report('### Growth', growthTable(growths), growthTargetsTable(growths));
  }
  if (parts.includes('plans')) {
    progress('Plans …');
    const size = { ...BASE_SIZE, stages: large, users: large, oauthTokens: large };
    report('### Plans', plansTable(await explainAll(server, size)));
  }
  return results;
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
