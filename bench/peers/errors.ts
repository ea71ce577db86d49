/** Gives failures the status of the contract, under the names that Express, Fastify and their validators read. */
import type { ErrorBody } from '../../src/contract/types.js';
import { isOperationError } from '../../src/domain/errors.js';
import { statusOf } from '../../src/http/errors.js';

export async function withStatus<Value>(run: () => Promise<Value>): Promise<Value> {
  try {
    return await run();
  } catch (error) {
    if (!isOperationError(error)) throw error;
    const status = statusOf(error.code);
    throw Object.assign(error, { status, statusCode: status });
  }
}

/** In the form of the contract; the wording is each framework's own. */
export function errorBody(status: number, error: Error): ErrorBody {
  const { message } = error;
  if (status === 400) return { non_field_errors: [message], code: 'invalid' };
  const code = isOperationError(error) && error.code !== 'invalid' ? error.code : 'internal_error';
  return { detail: message, code };
}
