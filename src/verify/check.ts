/** What a check is: one promise of the contract, and how to find out whether a deployment keeps it. */

import type { Contract } from '../contract/contract.js';
import type { ResponseChecker } from '../contract/response-checker.js';
import type { OperationId } from '../contract/types.js';
import type { Target } from './target.js';

export type Check = RunnableCheck | UnprovokableCheck;

interface Promised {
  readonly operationId: OperationId;
  /** Says the promise; unique among the checks of an operation. */
  readonly name: string;
}

export interface RunnableCheck extends Promised {
  readonly needs: readonly Need[];
  /** What is wrong, one line each; empty: the promise is kept. */
  readonly run: (subject: Subject) => Promise<readonly string[]>;
}

/** A documented answer that no request brings about. */
export interface UnprovokableCheck extends Promised {
  readonly unprovokable: string;
}

/** What whoever runs the checks may or may not be able to give. */
export interface Given {
  readonly stage: string;
  /** May view the stage. */
  readonly token: string;
  /** May view no stage. */
  readonly secondToken: string;
}
export type Need = keyof Given;

/** What a check looks at. Of `given` it reads what it needs and nothing else. */
export interface Subject {
  readonly contract: Contract;
  readonly checkAnswer: ResponseChecker;
  readonly target: Target;
  readonly given: Given;
}
