/** `npm run bench`: measures, and writes tables in Markdown to standard output. */
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { openLoad } from '../test/support/load/open-load.js';
import { comparePeers, comparisonTables, floodTable } from './compare.js';
import { openBenchPostgres } from './database.js';
import { growthTable, measureGrowth } from './growth.js';
import type { Bench } from './measure.js';
import { type Options, type Part, readOptions, USAGE } from './options.js';
import { plansTable } from './plans.js';
import { profile } from './profile.js';
import { growthTargetsTable, peerTargetsTable } from './targets.js';

// Not measured by the bench: authentik takes Python, Redis and a worker.
const AUTHENTIK =
  'authentik 2024.6 itself, measured on 2026-11-24 on a machine of this class with 2 cores: 25 requests/s a worker process, a median of 1.2 s at 32 connections.';
const LARGE = 100_000;
const LARGE_IF_QUICK = 1000;

const progress = (line: string) => process.stderr.write(`${line}\n`);

async function run(options: Options): Promise<void> {
  const write =
    options.document === undefined ? undefined : openDocument(options.document, options);
  progress('Starting PostgreSQL …');
  const postgres = await openBenchPostgres();
  const bench: Bench = { options, postgres, load: openLoad(), sideLoad: openLoad() };
  try {
    for (const part of options.parts) {
      const texts = [await describeMachine(bench), ...(await runPart(bench, part))];
      process.stdout.write(`${[`### ${part}`, ...texts].join('\n\n')}\n\n`);
      write?.(part, texts);
    }
  } finally {
    await Promise.all([bench.load.close(), bench.sideLoad.close()]);
    await postgres.server.remove();
  }
}

async function runPart(bench: Bench, part: Part): Promise<string[]> {
  const { isQuick, peers, node } = bench.options;
  const large = isQuick ? LARGE_IF_QUICK : LARGE;
  if (part === 'peers') {
    const comparison = await comparePeers(bench, progress);
    const targets = peerTargetsTable(comparison, node.version);
    return [...comparisonTables(comparison), AUTHENTIK, floodTable(comparison), targets];
  }
  if (part === 'growth') {
    const growths = await measureGrowth(bench, large, progress);
    return [growthTable(growths), growthTargetsTable(growths)];
  }
  progress(`${part} …`);
  if (part === 'plans') return [await plansTable(bench, large)];
  const texts: string[] = [];
  for (const name of peers) texts.push(...(await profile(bench, name)));
  return texts;
}

async function describeMachine({ options, postgres }: Bench): Promise<string> {
  const [row] = await postgres.server.sql<{ version: string }>(
    "SELECT current_setting('server_version') AS version",
  );
  return [
    new Date().toISOString().slice(0, 10),
    `Node ${options.node.version}, PostgreSQL ${row?.version}`,
    `${availableParallelism()} cores (${cpus()[0]?.model ?? 'unknown'})`,
    `load average ${loadavg()[0]?.toFixed(1)} before the start`,
  ].join('; ');
}

/** Throws at once, rather than after the measurements, when the document has no place for them. */
function openDocument(file: string, { parts, node }: Options) {
  const split = (part: Part) => {
    // The part that has targets for each Node.
    const name =
      part === 'peers' ? `peers, Node ${Number.parseInt(node.version.slice(1), 10)}` : part;
    const [begin, end] = [`<!-- measured: ${name} -->`, `<!-- end: ${name} -->`];
    const text = readFileSync(file, 'utf8');
    const [from, to] = [text.indexOf(begin), text.indexOf(end)];
    if (from < 0 || to < from) throw new Error(`${file} lacks ${begin} or ${end}.`);
    return [text.slice(0, from + begin.length), text.slice(to)] as const;
  };
  for (const part of parts) split(part);
  return (part: Part, texts: readonly string[]) => {
    const [before, after] = split(part);
    writeFileSync(file, [before, ...texts, after].join('\n\n'));
  };
}

// Whoever starts this through npm and ends npm means this, too.
const parent = process.ppid;
setInterval(() => process.ppid !== parent && process.exit(1), 1000).unref();

let options: Options;
try {
  options = readOptions(process.argv.slice(2));
} catch (error) {
  progress(`${(error as Error).message}\n\n${USAGE}`);
  process.exit(2);
}
await run(options);
