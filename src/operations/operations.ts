/** The one table of operations: each operationId of the contract with its handler. */
import type { Input, OperationId, OperationResponse } from '../contract/types.js';
import type { StageListRepository } from '../data/stage-list-repository.js';
import type { StageRepository } from '../data/stage-repository.js';
import type { Principal } from '../domain/access.js';
import { createStagesPasswordList } from './stages-password-list.js';
import { createStagesPasswordRetrieve } from './stages-password-retrieve.js';

/** Answers one operation for an authenticated caller. Throws an OperationError instead of answering an error. */
export type Handler<Id extends OperationId> = (
  input: Input<Id>,
  principal: Principal,
) => Promise<OperationResponse<Id>>;

/** Total over the contract: a missing or an extra handler does not compile. */
export type OperationTable = { readonly [Id in OperationId]: Handler<Id> };

export interface OperationDependencies {
  readonly stages: StageRepository;
  readonly stageLists: StageListRepository;
}

export function createOperations(dependencies: OperationDependencies): OperationTable {
  return {
    stages_password_list: createStagesPasswordList(dependencies),
    stages_password_retrieve: createStagesPasswordRetrieve(dependencies),
  };
}
