/** Sends many hostile requests and collects what is wrong with their answers. */
import { attack } from './attack.js';
import { type HostileRequest, hostileRequest } from './hostile-request.js';
import { judge } from './judge.js';
import { createRandom } from '../support/random.js';

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
  /** How many answers of each status came. */
  readonly statuses: Readonly<Record<number, number>>;
  /** With the seed that repeats them. */
  readonly findings: readonly string[];
}

const MAX_FINDINGS = 20;
const PIPELINED = 0.1;

export async function fuzz(options: FuzzOptions): Promise<FuzzResult> {
  const { url, seed, concurrency, tokens } = options;
  const statuses: Record<number, number> = {};
  const findings: string[] = [];
  let sent = 0;
  let connections = 0;

  async function run(): Promise<void> {
    while (sent < options.requests && findings.length < MAX_FINDINGS) {
      // Each connection has a seed of its own, whatever the others do at the same time.
      const own = seed + connections;
      connections += 1;
      const random = createRandom(own);
      const count = random.chance(PIPELINED) ? 2 + random.below(4) : 1;
      const requests: HostileRequest[] = Array.from({ length: count }, () =>
        hostileRequest(random, tokens),
      );
      sent += count;
      const outcome = await attack(url, requests, random);
      for (const { status } of outcome.answers) statuses[status] = (statuses[status] ?? 0) + 1;
      for (const problem of judge(outcome, requests, tokens)) {
        const text = requests.map((request) => request.text).join('');
        findings.push(`seed ${own}: ${problem}\n  ${JSON.stringify(text.slice(0, 600))}`);
      }
    }
  }

  await Promise.all(Array.from({ length: concurrency }, run));
  return { sent, statuses, findings };
}
