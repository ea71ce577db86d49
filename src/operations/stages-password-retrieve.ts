/** Answers stages_password_retrieve. */
import { OperationError } from '../domain/errors.js';
import { toPasswordStage } from '../domain/password-stage.js';
import type { Handler, OperationDependencies } from './operations.js';

export function createStagesPasswordRetrieve({
  stages,
}: OperationDependencies): Handler<'stages_password_retrieve'> {
  return async ({ path }, principal) => {
    const found = await stages.find(path.stage_uuid, principal);
    // A hidden stage and one that does not exist must look the same.
    if (!found) throw new OperationError('not_found', 'Not found.');
    return { status: 200, body: toPasswordStage(found.row, found.urlRules) };
  };
}
