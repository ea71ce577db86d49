import type { ErrorBody, PasswordStage } from '../../src/contract/types.js';
import { OperationError } from '../../src/domain/errors.js';

export const documented = new OperationError('not_found', 'Not found.');

// @ts-expect-error Argument of type '"gone"' is not assignable
export const invented = new OperationError('gone', 'Gone.');

export function describe(error: ErrorBody): string {
  // @ts-expect-error Property 'detail' does not exist on type
  const unknown: string = error.detail;
  return error.code === 'invalid' ? error.non_field_errors.join() : error.detail + unknown;
}

export function change(stage: PasswordStage): void {
  // @ts-expect-error Cannot assign to 'name' because it is a read-only property
  stage.name = 'another';
}
