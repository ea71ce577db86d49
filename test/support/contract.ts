/** The contract as tests look at it: parts resolved, examples at hand. */
import { createAnswerChecker, type WireAnswer } from '../../src/contract/answer-checker.js';
import { loadContract } from '../../src/contract/contract.js';
import type { OperationId } from '../../src/contract/types.js';

export interface Schema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly required?: readonly string[];
  readonly description?: string;
  readonly example?: unknown;
}
export interface Header {
  readonly required?: boolean;
  readonly example?: unknown;
}
export interface Response {
  readonly headers: Readonly<Record<string, Header>>;
  readonly content?: Readonly<
    Record<string, { readonly examples?: Readonly<Record<string, { readonly value: unknown }>> }>
  >;
}

export const contract = loadContract();
export const checkAnswer = createAnswerChecker(contract);

/** The value with all references in it replaced by what they name. */
export function resolved<Value>(value: unknown): Value {
  if (Array.isArray(value)) return value.map((item) => resolved(item)) as Value;
  if (value === null || typeof value !== 'object') return value as Value;
  const { $ref } = value as { $ref?: string };
  if ($ref) return resolved(at($ref));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, resolved(item)]),
  ) as Value;
}

function at(reference: string): unknown {
  const keys = reference.slice('#/'.length).split('/');
  return keys.reduce<unknown>(
    (value, key) => (value as Record<string, unknown>)[key],
    contract.document,
  );
}

export const schemas = resolved<Readonly<Record<string, Schema>>>({
  $ref: '#/components/schemas',
});

export function enumOf(schema: string): readonly string[] {
  const values = schemas[schema]?.enum;
  if (!values) throw new Error(`The contract has no enum ${schema}.`);
  return values;
}

/** Every documented answer of an operation, by status. */
export function responsesOf(operationId: OperationId): Readonly<Record<string, Response>> {
  const operation = contract.document.paths[contract.pathOf(operationId)]?.get;
  return resolved<{ responses: Record<string, Response> }>(operation).responses;
}

/** The body of a named example. */
export function exampleBody(operationId: OperationId, status: number, name: string): unknown {
  const content = responsesOf(operationId)[status]?.content;
  const example = content?.['application/json']?.examples?.[name];
  if (!example) throw new Error(`The contract has no example ${name} for ${status}.`);
  return example.value;
}

/** An answer with this body, and with the headers that the contract shows as examples. */
export function answerWith(operationId: OperationId, status: number, body: unknown): WireAnswer {
  const { headers = {}, content = {} } = responsesOf(operationId)[status] ?? {};
  const examples = Object.entries(headers).map(([name, { example }]) => [name, String(example)]);
  const types = Object.keys(content).map((mediaType) => ['Content-Type', mediaType]);
  return {
    status,
    headers: new Headers([...examples, ...types] as [string, string][]),
    text: body === undefined ? '' : JSON.stringify(body),
  };
}

/** The path of a stage, base path included. The text need not be a UUID. */
export function pathTo(stageUuid: string): string {
  const template = contract.pathOf('stages_password_retrieve');
  return contract.basePath + template.replace('{stage_uuid}', stageUuid);
}
