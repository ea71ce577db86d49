/** Handles stages_password_list. */
import type { StageRepository } from '../data/stages.js';
import { toPagination } from '../domain/stage-list.js';
import type { Handler } from './operations.js';

export function createStagesPasswordList(stages: StageRepository): Handler<'stages_password_list'> {
  return async ({ query }, caller) => {
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
  };
}
