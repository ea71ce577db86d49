/** The contract check as a command: arguments in, report and exit code out. */
import { writeFileSync } from 'node:fs';
import { loadContract } from '../contract/contract.js';
import type { Given } from './check.js';
import { readOptions, USAGE, UsageError } from './options.js';
import { toJunit, toText } from './report.js';
import { runChecks } from './run.js';
import { createTarget } from './target.js';

export interface Terminal {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

const EXIT = { kept: 0, broken: 1, usage: 2 } as const;

/** Checks the deployment that the arguments name (those after `verify`). Resolves to the exit code. */
export async function verify(args: readonly string[], { environment, out, err }: Terminal): Promise<number> {
  const contract = loadContract();
  let options: ReturnType<typeof readOptions>;
  try {
    options = readOptions(args, environment, contract.basePath);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    err(`${error.message}\n\n${USAGE}`);
    return EXIT.usage;
  }
  if (!options) {
    out(USAGE);
    return EXIT.kept;
  }
  const { url, given, timeoutMs, profile, json, junit } = options;
  const { title, version } = contract.document.info;
  const address = url + contract.basePath;
  const results = await runChecks(contract, createTarget(address, timeoutMs), given, profile);
  const report = {
    contract: { title, version },
    address,
    profile,
    results: results.map((result) => ({
      ...result,
      problems: result.problems.map((problem) => withoutSecrets(problem, given)),
    })),
  };
  out(json ? `${JSON.stringify(report, undefined, 2)}\n` : toText(report));
  try {
    if (junit) writeFileSync(junit, toJunit(report));
  } catch (error) {
    err(`The JUnit file cannot be written: ${(error as Error).message}\n`);
    return EXIT.usage;
  }
  return results.some(({ outcome }) => outcome === 'failed') ? EXIT.broken : EXIT.kept;
}

// No word contains a token of this length by chance; authentik's have 60 characters.
const UNMISTAKABLE_LENGTH = 12;

/** A response may hold what was sent with the request, and a problem may quote the response. */
export function withoutSecrets(problem: string, { token, secondToken }: Given): string {
  const patterns = [token, secondToken]
    .filter((secret) => secret !== undefined)
    .sort((one, other) => other.length - one.length)
    .map((secret) => {
      const literal = secret.replace(/\W/g, '\\$&');
      return secret.length < UNMISTAKABLE_LENGTH ? `(?<![\\w-])${literal}(?![\\w-])` : literal;
    });
  if (patterns.length === 0) return problem;
  return problem.replace(new RegExp(patterns.join('|'), 'g'), '[token]');
}
