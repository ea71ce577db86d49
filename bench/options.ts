/** What to measure, as the command line says. */
import { parseArgs } from 'node:util';
import { PEERS, type Peer } from './peers/peers.js';

export interface Options {
  readonly parts: readonly Part[];
  readonly peers: readonly Peer[];
  readonly connections: readonly number[];
  readonly rounds: number;
  readonly durationMs: number;
  /** Small sizes only: shows that everything works, not how fast it is. */
  readonly isQuick: boolean;
  /** The peer of which to record a CPU profile instead. */
  readonly profile: Peer | undefined;
  /** A Markdown file whose results are replaced. */
  readonly document: string | undefined;
}

export const PARTS = ['peers', 'growth', 'plans'] as const;
export type Part = (typeof PARTS)[number];

export const USAGE = `npm run bench -- [options]

  --parts peers,growth,plans   what to measure; all of it, or only peers if --peers is given
  --peers ours,http,…          of ${PEERS.map(({ name }) => name).join(', ')}
  --connections 1,8,32,256     for the part peers
  --rounds 7                   how often each is measured
  --seconds 2                  how long each time
  --quick                      a short run that proves that the bench works
  --write docs/performance.md  put the results, without what holds on this machine only, into a document
  --profile ours               record a CPU profile of a peer under load instead
`;

/** Throws an error with a readable message. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      parts: { type: 'string' },
      peers: { type: 'string' },
      connections: { type: 'string' },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      quick: { type: 'boolean', default: false },
      write: { type: 'string' },
      profile: { type: 'string' },
    },
  });
  const isQuick = values.quick;
  const parts = values.parts?.split(',') ?? (values.peers ? ['peers'] : PARTS);
  return {
    parts: parts.map((part) => oneOf(PARTS, part)),
    peers: values.peers?.split(',').map(peerNamed) ?? PEERS,
    connections: (values.connections ?? (isQuick ? '1,32' : '1,8,32,256')).split(',').map(positive),
    rounds: positive(values.rounds ?? (isQuick ? '1' : '7')),
    durationMs: positive(values.seconds ?? (isQuick ? '0.3' : '2')) * 1000,
    isQuick,
    profile: values.profile === undefined ? undefined : peerNamed(values.profile),
    document: values.write,
  };
}

function peerNamed(name: string): Peer {
  const names = PEERS.map((peer) => peer.name);
  return PEERS[names.indexOf(oneOf(names, name))] as Peer;
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
