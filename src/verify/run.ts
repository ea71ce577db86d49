/** Runs the checks against a deployment, one after the other, and tells how each went. */
import { loadContract } from '../contract/contract.js';
import type { OperationId } from '../contract/types.js';
import { type Check, createSubject, type Deployment, NotRun, OPTIONS, objectsIn, type Subject } from './check.js';
import { BAD_TOKEN, CHECKS, LIST, RETRIEVE } from './checks.js';
import { PROFILES } from './profile.js';

export interface Result {
  readonly operationId: OperationId;
  /** Says the promise; unique among the checks of an operation. */
  readonly name: string;
  readonly outcome: 'passed' | 'failed' | 'not run';
  /** What was expected and what came, or why the check was not run. They hold no token. */
  readonly problems: readonly string[];
  /** The names of the profile's differences that showed. */
  readonly differences: readonly string[];
  readonly durationMs: number;
}

const MAX_PROBLEMS = 3;

/** What is printed as JSON. */
export type Report = Awaited<ReturnType<typeof runChecks>>;

/**
 * Resolves to a result for each check, or to a single one that failed when an obstacle would make most of them fail.
 * Does not reject for anything that the deployment does.
 */
export async function runChecks(deployment: Deployment) {
  const contract = loadContract();
  const { title, version } = contract.document.info;
  const { url, profile } = deployment;
  const subject = createSubject(contract, { ...deployment });
  return { contract: { title, version }, address: url + contract.basePath, profile, results: await runAll(subject) };
}

async function runAll(subject: Subject): Promise<Result[]> {
  const first = await runCheck(subject, LIST, 'the deployment can be checked', findObstacle);
  if (first.outcome === 'failed') return [first];
  const results: Result[] = [];
  for (const operationId of [RETRIEVE, LIST] as const) {
    for (const [name, check] of Object.entries(CHECKS[operationId])) {
      results.push(await runCheck(subject, operationId, name, check));
    }
  }
  return results;
}

async function runCheck(subject: Subject, operationId: OperationId, name: string, check: Check): Promise<Result> {
  const startedAt = performance.now();
  let outcome: Result['outcome'] | undefined;
  const found = await check(subject, operationId).catch((error: Error) => {
    if (error instanceof NotRun) outcome = 'not run';
    return [error.message];
  });
  const known = Object.entries(PROFILES[subject.deployment.profile]);
  const explained = found.map((problem) => known.find(([, pattern]) => pattern.test(`${name}\n${problem}`))?.[0]);
  const problems = found.filter((_, index) => explained[index] === undefined);
  outcome ??= problems.length === 0 ? 'passed' : 'failed';
  const rest = problems.splice(MAX_PROBLEMS).length;
  if (rest > 0) problems.push(`and ${rest} more`);
  return {
    operationId,
    name,
    outcome,
    problems: problems.map((problem) => withoutSecrets(problem, subject.deployment)),
    differences: [...new Set(explained.filter((difference) => difference !== undefined))],
    durationMs: Math.round(performance.now() - startedAt),
  };
}

/** What has to be put right before any check: one sentence, or nothing. Chooses a stage if none is given. */
async function findObstacle({ send, deployment }: Subject): Promise<string[]> {
  const callers = (['token', 'secondToken'] as const).filter((as) => deployment[as]);
  let refusal: string | undefined;
  for (const request of [BAD_TOKEN, ...callers.map((as) => ({ as, rest: '?page_size=1' }))]) {
    const { status, headers, text, body } = await send(LIST, request);
    if (status >= 502 && status <= 504) return [`is down: it returns ${status}`];
    if (status >= 300 && status < 400) {
      return [`redirects to ${headers.get('Location')}: --url must be the address itself`];
    }
    if (status !== 403 && !/^\s*{/.test(text)) return [`is another site: it returns ${status} without JSON`];
    refusal ??= text;
    // authentik sends no code, but another detail to callers without permission.
    const isRefused = body.code ? body.code === 'authentication_failed' : text === refusal;
    if (request.as && isRefused && (status === 401 || status === 403)) {
      return [`${OPTIONS[request.as]} is refused: ${status} ${body.code ?? body.detail ?? ''}`];
    }
    const pk = objectsIn(body, 'results')[0]?.pk;
    if (request.as === 'token' && typeof pk === 'string') deployment.stage ??= pk;
  }
  return [];
}

// No word contains a token of this length by chance; authentik's have 60 characters.
const UNMISTAKABLE_LENGTH = 12;

/** A response may hold what was sent with the request, and a problem may quote the response. */
export function withoutSecrets(problem: string, { token = '', secondToken = '' }: Partial<Deployment>): string {
  // The longer one first: one may be a part of the other.
  const secrets = [token, secondToken].filter(Boolean).sort((one, other) => other.length - one.length);
  const patterns = secrets.map((secret) => {
    const literal = secret.replace(/\W/g, '\\$&');
    return secret.length < UNMISTAKABLE_LENGTH ? `(?<![\\w-])${literal}(?![\\w-])` : literal;
  });
  return secrets.length > 0 ? problem.replace(new RegExp(patterns.join('|'), 'g'), '[token]') : problem;
}
