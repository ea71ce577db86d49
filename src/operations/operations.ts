/** The operations: each operationId of the contract with its handler. */
import type { Input, OperationId, OperationResponse } from '../contract/types.js';
import type { StageRepository } from '../data/stages.js';
import { isVisible, type Principal } from '../domain/access.js';
import { OperationError } from '../domain/errors.js';
import { toPagination } from '../domain/stage-list.js';

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
    async stages_password_list({ query }, caller) {
      const page = query.page === 'last' ? 'last' : Number(query.page);
      const found = await stages.list({ ...query, page }, await caller);
      return {
        status: 200,
        body: {
          pagination: toPagination(found.count, page, found.pageSize),
          results: found.stages,
          ...(found.hasAutocomplete && { autocomplete: {} }),
        },
      };
    },
    async stages_password_retrieve({ path }, caller) {
      const stageUuid = path.stage_uuid.toLowerCase();
      // Beside the look-up of the caller, so that a lone request waits once.
      const reading = stages.find(stageUuid);
      // A caller who is refused does not wait for it, nor for its failure.
      reading.catch(() => {});
      const stage = isVisible(stageUuid, await caller) ? await reading : undefined;
      // A hidden stage and one that does not exist must look the same.
      if (!stage) throw new OperationError('not_found', 'Not found.');
      return { status: 200, body: stage };
    },
  };
}
