/** The contract check as a command: arguments in, report and exit code out. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { BASE_PATH } from '../../generated/values.js';
import type { Deployment } from './check.js';
import { toJunit, toText } from './report.js';
import { runChecks } from './run.js';

const text = (value: string, meaning: string) => ({ type: 'string', value, meaning }) as const;
const flag = (meaning: string) => ({ type: 'boolean', value: '', meaning }) as const;
const OPTIONS = {
  url: text('<URL>', 'where the deployment is, such as https://authentik.example'),
  token: text('<token>', 'an API token that may view stages; or set VERIFY_TOKEN'),
  'second-token': text('<token>', 'an API token that may view no stage; or set VERIFY_SECOND_TOKEN'),
  stage: text('<UUID>', 'a stage that --token may view; by default the first that it may list'),
  timeout: text('<seconds>', 'the time for each response; 10 by default'),
  profile: text('<name>', "contract (the default), or authentik, which allows authentik's named differences"),
  json: flag('print the report as JSON'),
  junit: text('<file>', 'also write the report as JUnit XML'),
  help: flag('print this'),
} as const;

export const USAGE = `Checks whether a deployment keeps the promises of openapi.yaml.

  authentik-stages-password verify --url <URL> [options]

${Object.entries(OPTIONS)
  .map(([name, { value, meaning }]) => `  ${`--${name} ${value}`.padEnd(24)}${meaning}`)
  .join('\n')}

Nothing is written: POST, PUT, PATCH and DELETE are sent to a stage that does not exist, without a token.
Exit code: 0 when no check failed, 1 when one did, 2 for a command line that makes no sense.
`;

// Without credentials, query and fragment.
const ADDRESS = /^https?:\/\/[^@/?#]+(\/[^?#]*)?$/i;
const TOKEN = /^[\x21-\x7e]*$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export interface Terminal {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

/** Checks the deployment that the arguments name (those after `verify`). Resolves to the exit code. */
export async function verify(args: string[], { environment, out, err }: Terminal): Promise<number> {
  let options: ReturnType<typeof readOptions>;
  try {
    options = readOptions(args, environment);
  } catch (error) {
    // All that is thrown there is about the command line. Node repeats a stray argument, which may be a token.
    const { code, message } = error as NodeJS.ErrnoException;
    const isStray = code === 'ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL';
    err(`${isStray ? 'There is an argument that belongs to no option.' : message}\n\n${USAGE}`);
    return 2;
  }
  if (!options) {
    out(USAGE);
    return 0;
  }
  const { deployment, json, junit } = options;
  const report = await runChecks(deployment);
  out(json ? `${JSON.stringify(report, undefined, 2)}\n` : toText(report));
  try {
    if (junit) writeFileSync(junit, toJunit(report));
  } catch (error) {
    err(`The JUnit file cannot be written: ${(error as Error).message}\n`);
    return 2;
  }
  return report.results.some(({ outcome }) => outcome === 'failed') ? 1 : 0;
}

/** What the command line says; undefined when it asks for help. Throws an error that says what is wrong with it. */
function readOptions(args: string[], environment: Terminal['environment']) {
  const { values } = parseArgs({ args, options: OPTIONS });
  if (values.help) return undefined;
  const { url: address, stage, timeout = '10', profile = 'contract', json, junit } = values;
  const token = values.token ?? environment.VERIFY_TOKEN ?? '';
  const secondToken = values['second-token'] ?? environment.VERIFY_SECOND_TOKEN ?? '';
  assert(TOKEN.test(token), '--token must be the token alone: no "Bearer", no spaces and no line breaks.');
  assert(TOKEN.test(secondToken), '--second-token must be the token alone: no "Bearer", no spaces and no line breaks.');
  assert(stage === undefined || UUID.test(stage), '--stage must be a UUID.');
  assert(profile === 'contract' || profile === 'authentik', '--profile must be one of: contract, authentik.');
  const timeoutMs = Math.round(Number(timeout) * 1000);
  assert(timeoutMs >= 1 && timeoutMs <= 3_600_000, '--timeout must be a number of seconds from 0.001 to 3600.');
  assert(address, '--url is missing.');
  assert(ADDRESS.test(address) && URL.canParse(address), '--url must be an address such as https://authentik.example.');
  const url = new URL(address).href.replace(new RegExp(`(${BASE_PATH})?/*$`), '');
  return { deployment: { url, timeoutMs, profile, stage, token, secondToken } satisfies Deployment, json, junit };
}
