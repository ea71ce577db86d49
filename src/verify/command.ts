/** The contract check as a command: arguments in, report and exit code out. */
import { writeFileSync } from 'node:fs';
import type { Contract } from '../contract/contract.js';
import { type Options, readOptions, USAGE, UsageError } from './options.js';
import { toJunit } from './report/junit.js';
import { toText } from './report/text.js';
import { type Report, runChecks } from './run.js';
import { createTarget } from './target.js';

export interface Terminal {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

const EXIT = { kept: 0, broken: 1, usage: 2 } as const;

/** Resolves to the exit code. */
export async function verify(
  contract: Contract,
  args: readonly string[],
  { environment, out, err }: Terminal,
): Promise<number> {
  let options: Options | undefined;
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
  const report = await check(contract, options);
  out(options.json ? `${JSON.stringify(report, undefined, 2)}\n` : toText(report));
  try {
    if (options.junitFile) writeFileSync(options.junitFile, toJunit(report));
  } catch (error) {
    err(`The JUnit file cannot be written: ${(error as Error).message}\n`);
    return EXIT.usage;
  }
  return report.results.some(({ outcome }) => outcome === 'failed') ? EXIT.broken : EXIT.kept;
}

async function check(
  contract: Contract,
  { url, given, timeoutMs, profile }: Options,
): Promise<Report> {
  const { title, version } = contract.document.info;
  const address = url + contract.basePath;
  const results = await runChecks(contract, createTarget(address, timeoutMs), given, profile);
  return {
    contract: { title, version },
    address,
    profile: profile.name,
    results: results.map((result) => ({
      ...result,
      problems: result.problems.map((problem) => withoutSecrets(problem, given)),
    })),
  };
}

/** An answer may hold what was sent with the request, and a problem may quote the answer. */
function withoutSecrets(problem: string, { token, secondToken }: Options['given']): string {
  return [token, secondToken]
    .filter((secret) => secret !== undefined)
    .reduce((text, secret) => text.replaceAll(secret, '[token]'), problem);
}
