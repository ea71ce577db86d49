/** Runs the checks against a target, one after the other, and tells how each went. */

import type { Contract } from '../contract/contract.js';
import { createResponseChecker } from '../contract/response-checker.js';
import type { Check, Given, Need, Subject } from './check.js';
import { resultsOf } from './checks/list.js';
import { createChecks } from './checks.js';
import { listing } from './paths.js';
import { explanation, type Profile } from './profile.js';
import { NoAnswerError, type Target } from './target.js';

export type Outcome = 'passed' | 'failed' | 'not run';

export interface Result {
  readonly operationId: string;
  readonly name: string;
  readonly outcome: Outcome;
  /** What was expected and what came, or why the check was not run. */
  readonly problems: readonly string[];
  /** The names of the profile's differences that showed. */
  readonly differences: readonly string[];
  readonly durationMs: number;
}

export interface Report {
  readonly contract: { readonly title: string; readonly version: string };
  readonly address: string;
  readonly profile: string;
  readonly results: readonly Result[];
}

const MISSING: Readonly<Record<Need, string>> = {
  token: 'needs --token',
  secondToken: 'needs --second-token',
  stage: 'needs --stage, or a --token that may list a stage',
};

/** Resolves to a result for each check; does not reject for anything that the target does. */
export async function runChecks(
  contract: Contract,
  target: Target,
  given: Partial<Given>,
  profile: Profile,
): Promise<Result[]> {
  const checkAnswer = createResponseChecker(contract);
  const subject: Subject = {
    contract,
    checkAnswer,
    target,
    given: { stage: '', token: '', secondToken: '', ...given },
  };
  const stage = given.stage ?? (given.token && (await firstStage(subject)));
  const known: Subject = { ...subject, given: { ...subject.given, stage: stage ?? '' } };
  const results: Result[] = [];
  for (const check of createChecks(contract)) results.push(await runCheck(check, known, profile));
  return results;
}

async function runCheck(check: Check, subject: Subject, profile: Profile): Promise<Result> {
  const { operationId, name } = check;
  const notRun = (reason: string): Result => ({
    operationId,
    name,
    outcome: 'not run',
    problems: [reason],
    differences: [],
    durationMs: 0,
  });
  if ('unprovokable' in check) return notRun(check.unprovokable);
  const missing = check.needs.find((need) => subject.given[need] === '');
  if (missing) return notRun(MISSING[missing]);

  const startedAt = performance.now();
  const found = await check.run(subject).catch((error) => {
    if (error instanceof NoAnswerError) return [error.message];
    throw error;
  });
  const explained = found.map((problem) => explanation(profile, name, problem));
  const problems = found.filter((_, index) => explained[index] === undefined);
  return {
    operationId,
    name,
    outcome: problems.length === 0 ? 'passed' : 'failed',
    problems,
    differences: [...new Set(explained.filter((difference) => difference !== undefined))],
    durationMs: Math.round(performance.now() - startedAt),
  };
}

/** Any stage that the token may view, so that none has to be named. */
async function firstStage(subject: Subject): Promise<string | undefined> {
  try {
    const { text } = await subject.target(listing(subject, '?page_size=1'));
    const pk = resultsOf(text)[0]?.pk;
    return typeof pk === 'string' ? pk : undefined;
  } catch (error) {
    if (error instanceof NoAnswerError) return undefined;
    throw error;
  }
}
