/** Types that follow from the contract: what each operation takes and what it may answer. */
import type { components, operations } from '../../generated/api.js';

export type PasswordStage = components['schemas']['PasswordStage'];
export type Pagination = components['schemas']['Pagination'];
export type Flow = components['schemas']['FlowSet'];
export type GenericError = components['schemas']['GenericError'];
export type ValidationError = components['schemas']['ValidationError'];
export type ErrorBody = GenericError | ValidationError;
/** The closed set of error codes. */
export type ErrorCode = ErrorBody['code'];

export type OperationId = keyof operations;

type Part<Id extends OperationId, Name extends 'path' | 'query'> =
  NonNullable<operations[Id]['parameters'][Name]> extends infer Parameters
    ? [Parameters] extends [never]
      ? Record<never, never>
      : Parameters
    : never;

/** The path and query parameters of an operation, as the contract names them. */
export interface Input<Id extends OperationId> {
  readonly path: Part<Id, 'path'>;
  readonly query: Part<Id, 'query'>;
}

type Responses<Id extends OperationId> = operations[Id]['responses'];
type JsonBody<Response> = Response extends { content: { 'application/json': infer Body } }
  ? Body
  : never;

/** The documented answers of an operation that have a body: each status with the body that fits it. */
export type Answer<Id extends OperationId> = {
  [Status in keyof Responses<Id>]: JsonBody<Responses<Id>[Status]> extends never
    ? never
    : { readonly status: Status; readonly body: JsonBody<Responses<Id>[Status]> };
}[keyof Responses<Id>];
