/** The contract check as a command: arguments in, report and exit code out. */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { loadContract } from '../contract/contract.js';
import { type Report, toJunit, toText } from './report.js';
import { type Deployment, runChecks } from './run.js';

export const USAGE = `Checks whether a deployment keeps the promises of openapi.yaml.

  authentik-stages-password verify --url <URL> [options]

  --url <URL>             where the deployment is, such as https://authentik.example
  --token <token>         an API token that may view stages; or set VERIFY_TOKEN
  --second-token <token>  an API token that may view no stage; or set VERIFY_SECOND_TOKEN
  --stage <UUID>          a stage that --token may view; by default the first that it may list
  --timeout <seconds>     the time for each response; 10 by default
  --profile <name>        contract (the default), or authentik, which allows authentik's named differences
  --json                  print the report as JSON
  --junit <file>          also write the report as JUnit XML
  --help                  print this

Nothing is written: POST, PUT, PATCH and DELETE are sent to a stage that does not exist, without a token.
Exit code: 0 when no check failed, 1 when one did, 2 for a command line that makes no sense.
`;

const EXIT = { kept: 0, broken: 1, usage: 2 } as const;

type Environment = Readonly<Record<string, string | undefined>>;

export interface Terminal {
  readonly environment: Environment;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

/** Checks the deployment that the arguments name (those after `verify`). Resolves to the exit code. */
export async function verify(args: readonly string[], { environment, out, err }: Terminal): Promise<number> {
  const contract = loadContract();
  let options: ReturnType<typeof readOptions>;
  try {
    options = readOptions([...args], environment, contract.basePath);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    err(`${error.message}\n\n${USAGE}`);
    return EXIT.usage;
  }
  if (!options) {
    out(USAGE);
    return EXIT.kept;
  }
  const { deployment, json, junit } = options;
  const { title, version } = contract.document.info;
  const report: Report = {
    contract: { title, version },
    address: deployment.url + contract.basePath,
    profile: deployment.profile,
    results: await runChecks(contract, deployment),
  };
  out(json ? `${JSON.stringify(report, undefined, 2)}\n` : toText(report));
  try {
    if (junit) writeFileSync(junit, toJunit(report));
  } catch (error) {
    err(`The JUnit file cannot be written: ${(error as Error).message}\n`);
    return EXIT.usage;
  }
  return report.results.some(({ outcome }) => outcome === 'failed') ? EXIT.broken : EXIT.kept;
}

/** The message says what is wrong with the command line. It never repeats a token. */
class UsageError extends Error {}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** What the command line says; undefined when it asks for help. Throws a UsageError. */
function readOptions(args: string[], environment: Environment, basePath: string) {
  const values = parse(args);
  if (values.help) return undefined;
  const token = readToken('token', values.token ?? environment.VERIFY_TOKEN);
  const secondToken = readToken('second-token', values['second-token'] ?? environment.VERIFY_SECOND_TOKEN);
  const { stage, profile, timeout, json, junit } = values;
  must(stage === undefined || UUID.test(stage), '--stage must be a UUID.');
  must(profile === 'contract' || profile === 'authentik', '--profile must be one of: contract, authentik.');
  const seconds = Number(timeout);
  must(seconds >= 0.001 && seconds <= 3600, '--timeout must be a number of seconds from 0.001 to 3600.');
  const url = readUrl(values.url, basePath);
  const timeoutMs = Math.round(seconds * 1000);
  const deployment: Deployment = { url, given: { stage, token, secondToken }, timeoutMs, profile };
  return { deployment, json, junit };
}

function parse(args: string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  try {
    return parseArgs({
      args,
      options: {
        url: text,
        token: text,
        'second-token': text,
        stage: text,
        timeout: { ...text, default: '10' },
        profile: { ...text, default: 'contract' },
        json: flag,
        junit: text,
        help: flag,
      },
    }).values;
  } catch (error) {
    // Node repeats a stray argument, which may be a token.
    const { code, message } = error as NodeJS.ErrnoException;
    const isStray = code === 'ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL';
    throw new UsageError(isStray ? 'There is an argument that belongs to no option.' : message);
  }
}

function readUrl(text: string | undefined, basePath: string): string {
  must(text !== undefined, '--url is missing.');
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isAddress = url && /^https?:$/.test(url.protocol) && !url.username && !url.search && !url.hash;
  must(isAddress === true, '--url must be an address such as https://authentik.example.');
  const address = url.href.replace(/\/+$/, '');
  return address.endsWith(basePath) ? address.slice(0, -basePath.length) : address;
}

function readToken(name: string, text: string | undefined): string | undefined {
  must(/^[\x21-\x7e]*$/.test(text ?? ''), `--${name} holds something that no token can hold.`);
  return text || undefined;
}

function must(isRight: boolean, message: string): asserts isRight {
  if (!isRight) throw new UsageError(message);
}
