/** The named examples of the contract, which say what a check expects. */
import type { WireAnswer } from '../contract/answer-checker.js';
import type { Contract } from '../contract/contract.js';
import type { OperationId } from '../contract/types.js';

export interface Example {
  readonly operationId: OperationId;
  readonly name: string;
  /** The answer that the contract shows: the example as body, and the examples of the headers. */
  readonly answer: WireAnswer;
}

interface ResponseObject {
  readonly headers?: Readonly<Record<string, { readonly example?: unknown }>>;
  readonly content?: Readonly<Record<string, MediaType>>;
}
interface MediaType {
  readonly examples?: Readonly<Record<string, { readonly value?: unknown }>>;
}

export function examplesOf(contract: Contract, operationId: OperationId): Example[] {
  const operation = contract.document.paths[contract.pathOf(operationId)]?.get;
  const responses = resolved(contract, operation?.responses) as Record<string, ResponseObject>;
  return Object.entries(responses).flatMap(([status, { headers = {}, content = {} }]) =>
    Object.entries(content).flatMap(([mediaType, { examples = {} }]) =>
      Object.entries(examples).map(([name, { value }]) => ({
        operationId,
        name,
        answer: {
          status: Number(status),
          headers: new Headers([
            ['Content-Type', mediaType],
            ...Object.entries(headers).map(([header, { example }]) => [header, String(example)]),
          ] as [string, string][]),
          text: JSON.stringify(value),
        },
      })),
    ),
  );
}

/** The part with what it refers to in place of its references. */
function resolved(contract: Contract, part: unknown): unknown {
  if (Array.isArray(part)) return part.map((item) => resolved(contract, item));
  if (part === null || typeof part !== 'object') return part;
  if ('$ref' in part) return resolved(contract, referred(contract, String(part.$ref)));
  return Object.fromEntries(
    Object.entries(part).map(([key, value]) => [key, resolved(contract, value)]),
  );
}

function referred({ document }: Contract, reference: string): unknown {
  return reference
    .split('/')
    .slice(1)
    .reduce<unknown>((part, key) => (part as Record<string, unknown>)[key], document);
}
