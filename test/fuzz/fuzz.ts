/** Sends many hostile requests and collects what is wrong with the responses. */
import { createRandom, type Random } from '../support/random.js';
import { send } from '../support/wire.js';
import { type Attack, attack } from './attack.js';
import { hostileRequest } from './hostile-request.js';
import { judge, judgeDue } from './judge.js';
import { knownShape, STAGE } from './shapes.js';

export interface FuzzOptions {
  readonly url: string;
  readonly seed: number;
  /** Requests, of which a connection may carry several. */
  readonly requests: number;
  readonly concurrency: number;
  /** Real tokens, which get further than others. */
  readonly tokens: readonly string[];
}

export interface FuzzResult {
  readonly sent: number;
  /** How many responses of each status came. */
  readonly statuses: Readonly<Record<number, number>>;
  /** With the seed that repeats them. */
  readonly findings: readonly string[];
}

const MAX_FINDINGS = 20;
const KNOWN = 0.3;
const PIPELINED = 0.1;

export async function fuzz(options: FuzzOptions): Promise<FuzzResult> {
  const { url, seed, concurrency, tokens } = options;
  const statuses: Record<number, number> = {};
  const findings: string[] = [];
  let sent = 0;
  let connections = 0;
  const etag = await currentEtag(url, tokens);

  async function run(): Promise<void> {
    while (sent < options.requests && findings.length < MAX_FINDINGS) {
      // Each connection has a seed of its own, whatever the others do at the same time.
      const own = seed + connections;
      connections += 1;
      const random = createRandom(own);
      const isKnown = random.chance(KNOWN);
      const due = isKnown ? knownShape(random, etag) : undefined;
      const sending = due ?? chaos(random, tokens);
      sent += sending.methods.length;
      const cut = random.chance(0.1) ? random.below(sending.text.length + 1) : undefined;
      const outcome = await attack(url, { ...sending, cut });
      for (const { status } of outcome.responses) statuses[status] = (statuses[status] ?? 0) + 1;
      const problems = [...judge(outcome, sending, tokens), ...(due ? judgeDue(outcome, due) : [])];
      for (const problem of problems) {
        findings.push(`seed ${own}: ${problem}\n  ${JSON.stringify(sending.text.slice(0, 600))}`);
      }
    }
  }

  await Promise.all(Array.from({ length: concurrency }, run));
  return { sent, statuses, findings };
}

/** Requests of any kind, of which it is not known what they will get. */
function chaos(random: Random, tokens: readonly string[]): Attack {
  const count = random.chance(PIPELINED) ? 2 + random.below(4) : 1;
  const requests = Array.from({ length: count }, () => hostileRequest(random, tokens));
  const text = requests.map((request) => request.text).join('');
  return {
    text: random.chance(0.03) ? text.slice(0, 1 + random.below(text.length)) : text,
    methods: requests.map(({ method }) => method),
    ending: random.chance(0.02) ? 'reset' : 'finish later',
    until: count,
  };
}

/** With which requests can be 304. */
async function currentEtag(url: string, [token = '']: readonly string[]): Promise<string> {
  const { headers } = await send(url, STAGE, { headers: { Authorization: `Bearer ${token}` } });
  return headers.get('etag') ?? '';
}
