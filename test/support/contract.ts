/** The contract as tests look at it: parts resolved, examples at hand. */
import {
  loadContract,
  type ResponseObject,
  withoutReferences,
} from '../../src/contract/contract.js';
import { createResponseChecker, type WireResponse } from '../../src/contract/response-checker.js';
import type { OperationId } from '../../src/contract/types.js';

export interface Schema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly oneOf?: readonly Schema[];
  readonly required?: readonly string[];
  readonly description?: string;
  readonly example?: unknown;
}

export const contract = loadContract();
export const checkResponse = createResponseChecker(contract);

export const schemas: Readonly<Record<string, Schema>> = {
  ...withoutReferences(contract.document).components.schemas,
};

export function enumOf(schema: string): readonly string[] {
  const values = schemas[schema]?.enum;
  if (!values) throw new Error(`The contract has no enum ${schema}.`);
  return values;
}

/** Every documented response of an operation, by status. */
export function responsesOf(operationId: OperationId): Readonly<Record<string, ResponseObject>> {
  return contract.operationOf(operationId).responses;
}

/** The body of a named example. */
export function exampleBody(operationId: OperationId, status: number, name: string): unknown {
  const content = responsesOf(operationId)[status]?.content;
  const example = content?.['application/json']?.examples?.[name];
  if (!example) throw new Error(`The contract has no example ${name} for ${status}.`);
  return example.value;
}

/** A response with this body, and with the headers that the contract shows as examples. */
export function responseWith(
  operationId: OperationId,
  status: number,
  body: unknown,
): WireResponse {
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
