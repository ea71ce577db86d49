/** Runs the checks against a target, one after the other, and tells how each went. */
import type { Contract } from '../contract/contract.js';
import { createResponseChecker, type WireResponse } from '../contract/response-checker.js';
import { type Check, type Given, NotRun, objectsIn, parsed, type Subject, UNKNOWN_UUID } from './check.js';
import { CHECKS, LIST, WRONG_TOKEN } from './checks.js';
import { explanation, type Profile } from './profile.js';
import { NoResponseError, type Target } from './target.js';

export interface Result {
  readonly operationId: string;
  readonly name: string;
  readonly outcome: 'passed' | 'failed' | 'not run';
  /** What was expected and what came, or why the check was not run. */
  readonly problems: readonly string[];
  /** The names of the profile's differences that showed. */
  readonly differences: readonly string[];
  readonly durationMs: number;
}

const MISSING: Readonly<Record<keyof Given, string>> = {
  token: 'needs --token',
  secondToken: 'needs --second-token',
  stage: 'needs --stage, or a --token that may list a stage',
};
const MAX_PROBLEMS = 3;

/**
 * Resolves to a result for each check, or to a single one that failed when an obstacle would make most of them fail.
 * Does not reject for anything that the target does.
 */
export async function runChecks(contract: Contract, target: Target, given: Given, profile: Profile): Promise<Result[]> {
  const checkResponse = createResponseChecker(contract);
  const sender = (known: Given) => createSend(contract, target, known);
  const subject: Subject = { contract, checkResponse, given, send: sender(given) };
  const obstacle: Check = { operationId: LIST, name: 'the deployment can be checked', run: findObstacle };
  const first = await runCheck(obstacle, subject, profile);
  if (first.outcome === 'failed') return [first];
  const complete = { ...given, stage: given.stage ?? (await firstStage(subject)) };
  const informed = { ...subject, given: complete, send: sender(complete) };
  const results: Result[] = [];
  for (const check of CHECKS) results.push(await runCheck(check, informed, profile));
  return results;
}

function createSend(contract: Contract, target: Target, given: Given): Subject['send'] {
  function needed(what: keyof Given): string {
    if (given[what] === undefined) throw new NotRun(MISSING[what]);
    return given[what];
  }
  return async (operationId, { stage = UNKNOWN_UUID, rest = '', as, ...others } = {}) => {
    const token = as && { token: needed(as) };
    const uuid = typeof stage === 'string' ? stage : stage(needed('stage'));
    const path = contract.pathOf(operationId).replace('{stage_uuid}', encodeURIComponent(uuid));
    return target({ ...others, path: path + rest, ...token });
  };
}

async function runCheck(check: Check, subject: Subject, profile: Profile): Promise<Result> {
  const { operationId, name } = check;
  const startedAt = performance.now();
  const settle = (outcome: Result['outcome'], problems: string[], differences: string[] = []) => {
    const durationMs = Math.round(performance.now() - startedAt);
    return { operationId, name, outcome, problems, differences, durationMs };
  };
  try {
    const found = await check.run(subject);
    const explained = found.map((problem) => explanation(profile, name, problem));
    const problems = found.filter((_, index) => explained[index] === undefined);
    const rest = problems.length - MAX_PROBLEMS;
    const told = [...problems.slice(0, MAX_PROBLEMS), ...(rest > 0 ? [`and ${rest} more`] : [])];
    const known = new Set(explained.filter((difference) => difference !== undefined));
    return settle(problems.length === 0 ? 'passed' : 'failed', told, [...known]);
  } catch (error) {
    if (error instanceof NotRun) return settle('not run', [error.message]);
    if (error instanceof NoResponseError) return settle('failed', [error.message]);
    throw error;
  }
}

/** What has to be put right before a check can tell anything: one sentence, or nothing. */
async function findObstacle({ send, given }: Subject): Promise<string[]> {
  const headers = { Authorization: `Bearer ${WRONG_TOKEN}` };
  const refusal = await send(LIST, { headers });
  if (refusal.status >= 300 && refusal.status < 400) {
    return [`redirects to ${refusal.headers.get('Location')}: --url must be the address itself`];
  }
  if (isDown(refusal)) return [`is down: it returns ${refusal.status}`];
  const options = { token: '--token', secondToken: '--second-token' } as const;
  for (const as of ['token', 'secondToken'] as const) {
    if (given[as] === undefined) continue;
    const response = await send(LIST, { as });
    if (isDown(response)) return [`is down: it returns ${response.status}`];
    const { code, detail } = parsed(response.text);
    // authentik sends no code, but another detail to callers without permission.
    const isRefused = code ? code === 'authentication_failed' : response.text === refusal.text;
    if (isRefused && /^40[13]$/.test(String(response.status))) {
      return [`${options[as]} is refused: ${response.status} ${code ?? detail ?? ''}`];
    }
  }
  return [];
}

const isDown = ({ status }: WireResponse) => status >= 502 && status <= 504;

/** Any stage that the token may view, so that none has to be named. */
async function firstStage({ send }: Subject): Promise<string | undefined> {
  try {
    const { text } = await send(LIST, { as: 'token', rest: '?page_size=1' });
    const pk = objectsIn(parsed(text), 'results')[0]?.pk;
    return typeof pk === 'string' ? pk : undefined;
  } catch {
    // Without a token, or without a response; the checks that need a stage say so.
    return undefined;
  }
}
