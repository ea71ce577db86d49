/** Loads openapi.yaml and gives the few views of it that code needs. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { packageRoot } from '../package-root.js';
import type { OperationId } from './types.js';

/** The parts of the document that code looks at, where every `$ref` is replaced by what it names. */
export interface OpenApiDocument {
  readonly info: { readonly title: string; readonly version: string };
  readonly servers: readonly [{ readonly url: string }];
  readonly paths: Readonly<Record<string, Readonly<Record<string, OperationObject>>>>;
  readonly components: { readonly securitySchemes: object; readonly schemas: object };
}
export interface OperationObject {
  readonly operationId: OperationId;
  readonly parameters?: readonly ParameterObject[];
  readonly responses: Readonly<Record<string, ResponseObject>>;
}
export interface ResponseObject {
  readonly headers?: Readonly<Record<string, HeaderObject>>;
  readonly content?: Readonly<Record<string, MediaTypeObject>>;
}
interface HeaderObject {
  readonly description?: string;
  readonly required?: boolean;
  readonly allowEmptyValue?: boolean;
  readonly schema: { readonly type?: unknown };
  readonly example?: unknown;
}
export interface ParameterObject extends HeaderObject {
  readonly name: string;
}
interface MediaTypeObject {
  readonly schema: object;
  readonly examples?: Readonly<Record<string, { readonly summary?: string; readonly value: unknown }>>;
}

/** The contract cannot be served; the message says why. */
export class ContractError extends Error {
  override readonly name = 'ContractError';
}

export const CONTRACT_FILE = join(packageRoot, 'openapi.yaml');

export type Contract = ReturnType<typeof createContract>;

/** Of the package, unless another text is given. Throws a ContractError when it has no operations to serve. */
export function loadContract(source?: string): Contract {
  try {
    return createContract(source ?? readFileSync(CONTRACT_FILE, 'utf8'));
  } catch (cause) {
    throw new ContractError(`The contract ${CONTRACT_FILE} cannot be read: ${(cause as Error).message}`, { cause });
  }
}

function createContract(source: string) {
  const document: OpenApiDocument = parse(source);
  const operations = Object.entries(withoutReferences(document).paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => {
      const parameters: ReadonlyMap<string, ParameterObject> = new Map(
        operation.parameters?.map((parameter) => [parameter.name, parameter]),
      );
      return { path, method: method.toUpperCase(), operation, parameters };
    }),
  );
  function find(operationId: OperationId) {
    const found = operations.find(({ operation }) => operation.operationId === operationId);
    if (!found) throw new ContractError(`The contract has no operation ${operationId}.`);
    return found;
  }

  const methods = operations.flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
  return {
    /** As it was written, references included. */
    document,
    /** The text of the file. */
    source,
    /** The path under which all operations live, without a slash at the end. */
    basePath: document.servers[0].url.replace(/\/$/, ''),
    operationIds: operations.map(({ operation }) => operation.operationId),
    /** The methods that the server supports: the contract's, HEAD wherever there is GET, and OPTIONS. */
    allowedMethods: [...new Set([...methods, 'OPTIONS'])],
    operationOf: (operationId: OperationId) => find(operationId).operation,
    /** By name. */
    parametersOf: (operationId: OperationId) => find(operationId).parameters,
    /** The path template below the base path. */
    pathOf: (operationId: OperationId) => find(operationId).path,
  };
}

/** A copy with what it names in the place of each `$ref`. Throws for a reference that leads nowhere. */
export function withoutReferences<Document>(document: Document): Document {
  const text = JSON.stringify(document, (_key, value) => {
    if (value?.$ref === undefined) return value;
    const [, ...keys] = String(value.$ref).split('/');
    const named = keys.reduce((part, key) => Object(part)[key], Object(document));
    if (named === undefined) throw new ContractError(`There is no ${value.$ref}.`);
    return named;
  });
  return JSON.parse(text);
}
