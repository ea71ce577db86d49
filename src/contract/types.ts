/** Types that follow from the contract: what each operation takes and what it may return. */
import type { operations } from '../../generated/api.js';
import type { FlowSet, FlowSet2025_12, GenericError, ValidationError } from '../../generated/schemas.js';

export type { GenericError, Pagination, PasswordStage, ValidationError } from '../../generated/schemas.js';
/** A flow in the form of the authentik release underneath. */
export type Flow = FlowSet | FlowSet2025_12;
export type ErrorBody = GenericError | ValidationError;
/** The closed set of error codes. */
export type ErrorCode = ErrorBody['code'];

export type OperationId = keyof operations;

/** The path and query parameters of an operation, as the contract names them. */
export type Input<Id extends OperationId> = Required<Pick<operations[Id]['parameters'], 'path' | 'query'>>;

type Responses<Id extends OperationId> = operations[Id]['responses'];

/** The documented responses of an operation that have a body: each status with the body that fits it. */
export type OperationResponse<Id extends OperationId> = {
  [Status in keyof Responses<Id>]: Responses<Id>[Status] extends { content: { 'application/json': infer Body } }
    ? { readonly status: Status; readonly body: Body }
    : never;
}[keyof Responses<Id>];
