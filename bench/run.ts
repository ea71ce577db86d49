/** `npm run bench`: measures, and writes tables in Markdown to standard output. */
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { openLoad } from '../test/support/load/open-load.js';
import { comparePeers } from './compare.js';
import { openBenchPostgres } from './database.js';
import { measureGrowth } from './growth.js';
import type { Bench } from './measure.js';
import { type Options, type Part, readOptions, USAGE } from './options.js';
import { explainPlans } from './plans.js';
import { profilePeers } from './profile.js';

/** What each part resolves to are texts and tables in Markdown; targets are for us, and in no document. */
const PARTS: Readonly<Record<Part, (bench: Bench) => Promise<{ texts: string[]; targets?: string }>>> = {
  peers: comparePeers,
  growth: measureGrowth,
  plans: explainPlans,
  profile: profilePeers,
};

const progress = (line: string) => void process.stderr.write(`${line}\n`);

async function run(options: Options): Promise<void> {
  const { parts, document } = options;
  // Rather than after the measurements, when the document has no place for them.
  if (document && !parts.some((part) => findPlace(document, part, options))) {
    throw new Error(`${document} has no place for what is measured.`);
  }
  progress('Starting PostgreSQL …');
  const postgres = await openBenchPostgres();
  const bench = { options, postgres, progress, load: openLoad(), sideLoad: openLoad() };
  try {
    for (const part of parts) {
      progress(`${part} …`);
      const machine = await describeMachine(bench);
      const { texts, targets = '' } = await PARTS[part](bench);
      process.stdout.write(`${[`### ${part}`, machine, ...texts, targets].join('\n\n')}\n\n`);
      const place = document && findPlace(document, part, options);
      if (place) writeFileSync(document, [place.before, machine, ...texts, place.after].join('\n\n'));
    }
  } finally {
    await Promise.all([bench.load.close(), bench.sideLoad.close()]);
    await postgres.server.remove();
  }
}

async function describeMachine({ options, postgres }: Bench): Promise<string> {
  const [row] = await postgres.server.sql<{ server_version: string }>('SHOW server_version');
  return [
    new Date().toISOString().slice(0, 10),
    `Node ${options.node.version}, PostgreSQL ${row?.server_version}`,
    `${availableParallelism()} cores (${cpus()[0]?.model ?? 'unknown'})`,
    `load average ${loadavg()[0]?.toFixed(1)} before the start`,
  ].join('; ');
}

/** What is before and after the place of a part in a document; undefined if it has none. */
function findPlace(document: string, part: Part, { node }: Options) {
  // The part that has targets for each Node.
  const name = part === 'peers' ? `peers, Node ${Number.parseInt(node.version.slice(1), 10)}` : part;
  const [begin, end] = [`<!-- measured: ${name} -->`, `<!-- end: ${name} -->`];
  const text = readFileSync(document, 'utf8');
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  return from < 0 || to < from ? undefined : { before: text.slice(0, from + begin.length), after: text.slice(to) };
}

let options: Options;
try {
  options = readOptions(process.argv.slice(2));
} catch (error) {
  progress(`${(error as Error).message}\n\n${USAGE}`);
  process.exit(2);
}
await run(options);
