/** What to measure, as the command line says. */
import { execFileSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { PEER_NAMES } from './peers.js';

const PARTS = ['peers', 'growth', 'plans', 'profile'] as const;
export type Part = (typeof PARTS)[number];
export type Options = ReturnType<typeof readOptions>;

export const USAGE = `npm run bench -- [options]

  --node 24                    run the servers with this Node of the npm registry; the current one if left out
  --parts peers,growth,plans   what to measure; also profile: where each peer that --peers names spends its time
  --peers ours,express-pg,…    of ${PEER_NAMES.join(', ')}
  --rounds 5                   how often each is measured
  --seconds 2                  how long each time
  --quick                      small sizes, short and once: proves that the bench works
  --write docs/performance.md  put the tables between the markers of a document
`;

/** Throws an error with a readable message. */
export function readOptions(args: readonly string[]) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      node: { type: 'string' },
      parts: { type: 'string', default: 'peers,growth,plans' },
      peers: { type: 'string', default: PEER_NAMES.join(',') },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      quick: { type: 'boolean', default: false },
      write: { type: 'string' },
    },
  });
  const isQuick = values.quick;
  return {
    parts: values.parts.split(',').map((part) => oneOf(PARTS, part)),
    peers: values.peers.split(',').map((name) => oneOf(PEER_NAMES, name)),
    connections: isQuick ? [1, 32] : [1, 8, 32, 256],
    /** The most rows that any table has. */
    maxRows: isQuick ? 1000 : 100_000,
    rounds: positive(values.rounds ?? (isQuick ? '1' : '5')),
    durationMs: positive(values.seconds ?? (isQuick ? '0.3' : '2')) * 1000,
    isQuick,
    document: values.write,
    node: findNode(values.node),
  };
}

/** Its own path: npx in between would be measured as well. */
function findNode(wanted: string | undefined): { readonly path: string; readonly version: string } {
  if (wanted === undefined) return { path: process.execPath, version: process.version };
  const script = 'JSON.stringify({ path: process.execPath, version: process.version })';
  const parameters = ['-y', '-p', `node@${wanted}`, 'node', '-p', script];
  return JSON.parse(execFileSync('npx', parameters, { encoding: 'utf8' }));
}

function oneOf<Value extends string>(values: readonly Value[], text: string): Value {
  const found = values.find((value) => value === text);
  if (found === undefined) throw new Error(`"${text}" is none of ${values.join(', ')}.`);
  return found;
}

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new Error(`"${text}" is not a positive number.`);
  return value;
}
