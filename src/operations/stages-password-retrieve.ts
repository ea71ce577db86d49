/** Handles stages_password_retrieve. */
import type { StageRepository } from '../data/stages.js';
import { isVisible } from '../domain/access.js';
import { OperationError } from '../domain/errors.js';
import type { Handler } from './operations.js';

export function createStagesPasswordRetrieve(stages: StageRepository): Handler<'stages_password_retrieve'> {
  return async ({ path }, caller) => {
    const stageUuid = path.stage_uuid.toLowerCase();
    // Beside the look-up of the caller, so that a lone request waits once.
    const reading = stages.find(stageUuid);
    // A caller who is refused does not wait for it, nor for its failure.
    reading.catch(() => {});
    const stage = isVisible(stageUuid, await caller) ? await reading : undefined;
    // A hidden stage and one that does not exist must look the same.
    if (!stage) throw new OperationError('not_found', 'Not found.');
    return { status: 200, body: stage };
  };
}
