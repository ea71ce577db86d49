/** What to measure, as the command line says. */
import { execFileSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { PEER_NAMES, type PeerName } from './peers.js';

export interface Options {
  readonly parts: readonly Part[];
  readonly peers: readonly PeerName[];
  readonly connections: readonly number[];
  readonly rounds: number;
  readonly durationMs: number;
  /** Small sizes only: shows that everything works, not how fast it is. */
  readonly isQuick: boolean;
  /** A Markdown file that gets the results. */
  readonly document: string | undefined;
  readonly runtime: Runtime;
}

/** The Node that runs the servers. */
export interface Runtime {
  readonly program: string;
  readonly version: string;
  readonly major: number;
}

const PARTS = ['peers', 'growth', 'plans', 'profile'] as const;
export type Part = (typeof PARTS)[number];

export const USAGE = `npm run bench -- [options]

  --node 24                    run the servers with this Node of the npm registry; the current one if left out
  --parts peers,growth,plans   what to measure; also profile: a CPU profile of each peer that --peers names, or of ours
  --peers ours,express-pg,…    of ${PEER_NAMES.join(', ')}
  --connections 1,8,32,256     for the part peers
  --rounds 5                   how often each is measured
  --seconds 2                  how long each time
  --quick                      a short run that proves that the bench works
  --write docs/performance.md  put the tables between the markers of a document
`;

/** Throws an error with a readable message. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      node: { type: 'string' },
      parts: { type: 'string' },
      peers: { type: 'string' },
      connections: { type: 'string' },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      quick: { type: 'boolean', default: false },
      write: { type: 'string' },
    },
  });
  const isQuick = values.quick;
  const parts = values.parts ?? (values.peers ? 'peers' : 'peers,growth,plans');
  return {
    parts: parts.split(',').map((part) => oneOf(PARTS, part)),
    peers: values.peers?.split(',').map((name) => oneOf(PEER_NAMES, name)) ?? PEER_NAMES,
    connections: (values.connections ?? (isQuick ? '1,32' : '1,8,32,256')).split(',').map(positive),
    rounds: positive(values.rounds ?? (isQuick ? '1' : '5')),
    durationMs: positive(values.seconds ?? (isQuick ? '0.3' : '2')) * 1000,
    isQuick,
    document: values.write,
    runtime: findRuntime(values.node),
  };
}

/** Its own path: npx in between would be measured as well. */
function findRuntime(wanted: string | undefined): Runtime {
  const tell = ['-p', 'JSON.stringify([process.execPath, process.version])'];
  const [program, version] =
    wanted === undefined
      ? [process.execPath, process.version]
      : JSON.parse(
          execFileSync('npx', ['-y', '-p', `node@${wanted}`, 'node', ...tell], {
            encoding: 'utf8',
          }),
        );
  return { program, version, major: Number.parseInt(version.slice(1), 10) };
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
