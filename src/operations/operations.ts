/** The one table of operations: each operationId of the contract with its handler. */
import type { Input, OperationId, OperationResponse } from '../contract/types.js';
import type { StageRepository } from '../data/stages.js';
import type { Principal } from '../domain/access.js';
import { createStagesPasswordList } from './stages-password-list.js';
import { createStagesPasswordRetrieve } from './stages-password-retrieve.js';

/**
 * Handles one operation. `caller` rejects for a caller who may see nothing; what a handler returns is sent only when it
 * has resolved. Throws an OperationError instead of returning an error.
 */
export type Handler<Id extends OperationId> = (
  input: Input<Id>,
  caller: Promise<Principal>,
) => Promise<OperationResponse<Id>>;

/** Total over the contract: a missing or an extra handler does not compile. */
export type OperationTable = { readonly [Id in OperationId]: Handler<Id> };

export function createOperations(stages: StageRepository): OperationTable {
  return {
    stages_password_list: createStagesPasswordList(stages),
    stages_password_retrieve: createStagesPasswordRetrieve(stages),
  };
}
