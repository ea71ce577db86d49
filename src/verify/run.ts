/** Runs the checks against a deployment, one after the other, and tells how each went. */
import type { Contract } from '../contract/contract.js';
import type { WireResponse } from '../contract/response-checker.js';
import {
  type Check,
  type CheckRequest,
  CheckStopped,
  createSubject,
  type Given,
  objectsIn,
  parsed,
  type Subject,
} from './check.js';
import { BAD_TOKEN, CHECKS, LIST } from './checks.js';
import { explanation, type Profile } from './profile.js';

export interface Result {
  readonly operationId: string;
  readonly name: string;
  readonly outcome: 'passed' | 'failed' | 'not run';
  /** What was expected and what came, or why the check was not run. They hold no token. */
  readonly problems: readonly string[];
  /** The names of the profile's differences that showed. */
  readonly differences: readonly string[];
  readonly durationMs: number;
}

export interface Deployment {
  /** Without the contract's base path and without a slash at the end. */
  readonly url: string;
  readonly given: Given;
  readonly timeoutMs: number;
  readonly profile: Profile;
}

const OPTIONS = { token: '--token', secondToken: '--second-token' } as const;
const MAX_PROBLEMS = 3;

/**
 * Resolves to a result for each check, or to a single one that failed when an obstacle would make most of them fail.
 * Does not reject for anything that the deployment does.
 */
export async function runChecks(contract: Contract, deployment: Deployment): Promise<Result[]> {
  const { url, given, timeoutMs, profile } = deployment;
  const subject = createSubject(contract, url + contract.basePath, timeoutMs, { ...given });
  const obstacle: Check = { operationId: LIST, name: 'the deployment can be checked', run: findObstacle };
  const first = await runCheck(obstacle, subject, profile);
  if (first.outcome === 'failed') return [first];
  const results: Result[] = [];
  for (const check of CHECKS) results.push(await runCheck(check, subject, profile));
  return results;
}

async function runCheck({ operationId, name, run }: Check, subject: Subject, profile: Profile): Promise<Result> {
  const startedAt = performance.now();
  const problems: string[] = [];
  const differences = new Set<string>();
  let outcome: Result['outcome'];
  try {
    for (const problem of await run(subject)) {
      const difference = explanation(profile, name, problem);
      if (difference === undefined) problems.push(problem);
      else differences.add(difference);
    }
    outcome = problems.length === 0 ? 'passed' : 'failed';
  } catch (error) {
    if (!(error instanceof CheckStopped)) throw error;
    outcome = error.outcome;
    problems.push(error.message);
  }
  const rest = problems.splice(MAX_PROBLEMS).length;
  if (rest > 0) problems.push(`and ${rest} more`);
  return {
    operationId,
    name,
    outcome,
    problems: problems.map((problem) => withoutSecrets(problem, subject.given)),
    differences: [...differences],
    durationMs: Math.round(performance.now() - startedAt),
  };
}

/** Stops at what has to be put right before a check can tell anything. Chooses a stage if none is given. */
async function findObstacle({ send, given }: Subject): Promise<string[]> {
  async function list(request: CheckRequest): Promise<WireResponse> {
    const response = await send(LIST, request);
    const { status, headers } = response;
    if (status >= 502 && status <= 504) throw new CheckStopped('failed', `is down: it returns ${status}`);
    if (status < 300 || status >= 400) return response;
    const place = headers.get('Location');
    throw new CheckStopped('failed', `redirects to ${place}: --url must be the address itself`);
  }

  const refusal = await list(BAD_TOKEN);
  for (const as of ['token', 'secondToken'] as const) {
    if (given[as] === undefined) continue;
    const { status, text } = await list({ as, rest: '?page_size=1' });
    const { code, detail } = parsed(text);
    // authentik sends no code, but another detail to callers without permission.
    const isRefused = code ? code === 'authentication_failed' : text === refusal.text;
    if (isRefused && (status === 401 || status === 403)) {
      return [`${OPTIONS[as]} is refused: ${status} ${code ?? detail ?? ''}`];
    }
    const pk = objectsIn(parsed(text), 'results')[0]?.pk;
    if (as === 'token' && typeof pk === 'string') given.stage ??= pk;
  }
  return [];
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
  return patterns.length === 0 ? problem : problem.replace(new RegExp(patterns.join('|'), 'g'), '[token]');
}
