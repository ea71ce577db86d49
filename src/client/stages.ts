/** Iterates over the stages of a list, page by page. */
import type { PasswordStage } from '../../generated/schemas.js';
import type { Body, Parameters, Result } from './types.js';

/** Filters, order and page size, as the contract names them. */
export type StageQuery = Omit<NonNullable<Parameters<'/stages/password/'>['query']>, 'page'>;

type AnyError = NonNullable<Result<unknown>['error']>;

/** An error during an iteration. */
export class StagesError extends Error {
  override readonly name = 'StagesError';
  /** Distinguishes the errors: a code of the contract, or `unexpected_response`. */
  readonly code: AnyError['code'];
  readonly error: AnyError;
  /** Not a field, so that an error that nobody catches prints what matters. */
  readonly #response: Response;

  constructor(error: AnyError, response: Response) {
    super(error.code === 'invalid' ? error.non_field_errors.join(' ') : error.detail);
    this.code = error.code;
    this.error = error;
    this.#response = response;
  }

  get response(): Response {
    return this.#response;
  }
}

/** Holds one page at a time. */
export async function* iterate(
  getPage: (number: number) => Promise<Result<Body<'/stages/password/'>>>,
): AsyncGenerator<PasswordStage, void, undefined> {
  for (let number = 1; ; ) {
    const { data, error, response } = await getPage(number);
    // Stages were deleted in the meantime, and this page no longer exists.
    if (error?.code === 'not_found' && number > 1) return;
    if (error) throw new StagesError(error, response);
    yield* data.results;
    if (data.pagination.next <= number) return;
    number = data.pagination.next;
  }
}
