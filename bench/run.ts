/** `npm run bench`: measures, and writes tables in Markdown to standard output. */
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { comparePeers, comparisonTables, floodTable } from './compare.js';
import { openBenchPostgres } from './database.js';
import { growthTable, measureGrowth } from './growth.js';
import { type Bench, openBench } from './measure.js';
import { type Options, type Part, readOptions, USAGE } from './options.js';
import { PEER_NAMES } from './peers.js';
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
  const bench = openBench(options, postgres);
  try {
    const about = describeMachine(options, postgres.version);
    for (const part of options.parts) {
      const texts = [about, ...(await runPart(bench, part))];
      process.stdout.write(`${[`### ${part}`, ...texts].join('\n\n')}\n\n`);
      write?.(part, texts);
    }
  } finally {
    await Promise.all([bench.load.close(), bench.sideLoad.close()]);
    await postgres.server.remove();
  }
}

async function runPart(bench: Bench, part: Part): Promise<string[]> {
  const { isQuick, peers, runtime } = bench.options;
  const large = isQuick ? LARGE_IF_QUICK : LARGE;
  switch (part) {
    case 'peers': {
      const comparison = await comparePeers(bench, progress);
      return [
        ...comparisonTables(comparison),
        AUTHENTIK,
        floodTable(comparison),
        peerTargetsTable(comparison, runtime.major),
      ];
    }
    case 'growth': {
      const growths = await measureGrowth(bench, large, progress);
      return [growthTable(growths), growthTargetsTable(growths)];
    }
    case 'plans':
      progress('Plans …');
      return [await plansTable(bench, large)];
    case 'profile': {
      const texts: string[] = [];
      for (const name of peers === PEER_NAMES ? (['ours'] as const) : peers) {
        texts.push(...(await profile(bench, name)));
      }
      return texts;
    }
  }
}

function describeMachine({ runtime }: Options, databaseVersion: string): string {
  const date = new Date().toISOString().slice(0, 10);
  const cores = `${availableParallelism()} cores (${cpus()[0]?.model ?? 'unknown'})`;
  const load = (loadavg()[0] ?? 0).toFixed(1);
  return `${date}, Node ${runtime.version}, PostgreSQL ${databaseVersion}, ${cores}, load average ${load} before the start`;
}

/** Throws at once, rather than after the measurements, when the document has no place for them. */
function openDocument(file: string, { parts, runtime }: Options) {
  const isPerNode = (part: Part) => part === 'peers';
  const markersOf = (part: Part) => {
    const name = isPerNode(part) ? `${part}, Node ${runtime.major}` : part;
    return [`<!-- measured: ${name} -->`, `<!-- end: ${name} -->`] as const;
  };
  const split = (part: Part) => {
    const text = readFileSync(file, 'utf8');
    const [begin, end] = markersOf(part);
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
