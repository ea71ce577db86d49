/** The contract's paths, as the types of openapi-fetch can take them. */
import type { paths } from '../../generated/api.js';
import type { UnexpectedAnswer } from './unexpected-answer.js';

/** Any answer may also be one that the contract does not document. */
export type ClientPaths = {
  [Path in keyof paths]: {
    [Method in keyof paths[Path]]: paths[Path][Method] extends { responses: infer Responses }
      ? Omit<paths[Path][Method], 'responses'> & {
          responses: MutableArrays<Responses> & { default: Undocumented };
        }
      : paths[Path][Method];
  };
};

interface Undocumented {
  readonly headers: Readonly<Record<string, unknown>>;
  readonly content: { readonly 'application/json': UnexpectedAnswer };
}

/** openapi-fetch 0.17 takes a readonly array for an object, and its methods for properties without a type. */
type MutableArrays<Type> = Type extends readonly (infer Item)[]
  ? MutableArrays<Item>[]
  : Type extends object
    ? { [Key in keyof Type]: MutableArrays<Type[Key]> }
    : Type;
