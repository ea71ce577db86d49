/** Answers stages_password_list. */
import { OperationError } from '../domain/errors.js';
import { toPasswordStage } from '../domain/password-stage.js';
import { parseOrdering, parsePage, parseSearch, toPagination } from '../domain/stage-list.js';
import type { Handler, OperationDependencies } from './operations.js';

export function createStagesPasswordList({
  stageLists,
}: OperationDependencies): Handler<'stages_password_list'> {
  return async ({ query }, principal) => {
    const page = parsePage(filled(query.page));
    const pageSize = filled(query.page_size);
    const { rows, count, knowsFlow, urlRules } = await stageLists.list(
      {
        name: query.name,
        configureFlow: query.configure_flow,
        failedAttemptsBeforeCancel: query.failed_attempts_before_cancel,
        words: parseSearch(query.search ?? ''),
        orders: parseOrdering(filled(query.ordering)),
        page,
        pageSize,
      },
      principal,
    );
    if (!knowsFlow) {
      throw new OperationError('invalid', 'Query parameter "configure_flow" names no flow.');
    }
    return {
      status: 200,
      body: {
        pagination: toPagination(count, page, pageSize),
        results: rows.map((row) => toPasswordStage(row, urlRules)),
      },
    };
  };
}

/** The validator puts the contract's defaults where a request has no value; the types do not know. */
function filled<Value>(value: Value | undefined): Value {
  if (value !== undefined) return value;
  throw new OperationError('internal_error', 'A default of the contract is missing.');
}
