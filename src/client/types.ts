/** The types of calls, derived from the contract's paths. */
import type { paths } from '../../generated/api.js';
import type { GenericError, ValidationError } from '../../generated/schemas.js';

/** A path of the contract, as `GET` takes it. */
export type Path = keyof paths;
/** The body of a 200. */
export type Body<P extends Path> = paths[P]['get']['responses'][200]['content']['application/json'];
/** Path parameters, query and headers, as the contract names them. */
export type Parameters<P extends Path> = paths[P]['get']['parameters'];

/** Filters, order and page size, as the contract names them. */
export type StageQuery = Omit<NonNullable<Parameters<'/stages/password/'>['query']>, 'page'>;

/** A response that the contract does not know. */
export interface UnexpectedResponse {
  /** Never a code of the contract. */
  readonly code: 'unexpected_response';
  /** For people, in English: what came, and what to check. */
  readonly detail: string;
}

/** Either `data` or `error`; `error.code` distinguishes the errors. The body of `response` has been read. */
export type Result<Data> =
  | { readonly data: Data; readonly error?: never; readonly response: Response }
  | {
      readonly data?: never;
      // Listed here and not in a type of its own, of which editors would show the name alone.
      readonly error: ValidationError | GenericError | UnexpectedResponse;
      readonly response: Response;
    };
export type CallError = NonNullable<Result<unknown>['error']>;

/** A 304, which only a call with `If-None-Match` gets: neither `data` nor `error`. */
export interface NotModified {
  readonly data?: never;
  readonly error?: never;
  readonly response: Response;
}

/** Whatever else `fetch` takes: `signal`, `headers`. */
type FetchOptions = Omit<RequestInit, 'body' | 'method'>;
type Unconditional<P extends Path> = Omit<Parameters<P>, 'header'>;

export type Init<P extends Path> =
  Parameters<P> extends { readonly path: object }
    ? [init: FetchOptions & { readonly params: Unconditional<P> }]
    : [init?: FetchOptions & { readonly params?: Unconditional<P> }];

export type ConditionalInit<P extends Path> = FetchOptions & {
  readonly params: Parameters<P> & { readonly header: { readonly 'If-None-Match': string } };
};
