/** Loads openapi.yaml once at start and gives the few views of it that the server needs. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import { packageRoot } from '../package-root.js';
import type { OperationId } from './types.js';

const METHODS = ['get', 'put', 'post', 'delete', 'patch'] as const;

/** The parts of the document that code looks at. */
export interface OpenApiDocument {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string };
  readonly servers: readonly [{ readonly url: string }, ...{ readonly url: string }[]];
  readonly paths: Readonly<Record<string, PathItem>>;
  readonly components?: { readonly securitySchemes?: Readonly<Record<string, unknown>> };
}
type PathItem = { readonly [Method in (typeof METHODS)[number]]?: OperationObject };

/** An operation with every `$ref` in it replaced by what it names. */
export interface OperationObject {
  readonly operationId: OperationId;
  readonly parameters?: readonly ParameterObject[];
  readonly responses: Readonly<Record<string, ResponseObject>>;
}
export interface ParameterObject {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header' | 'cookie';
  readonly allowEmptyValue?: boolean;
  readonly schema?: { readonly type?: unknown };
  readonly description?: string;
  readonly example?: unknown;
}
export interface ResponseObject {
  readonly headers?: Readonly<Record<string, HeaderObject>>;
  readonly content?: Readonly<Record<string, MediaTypeObject>>;
}
interface HeaderObject {
  readonly description?: string;
  readonly required?: boolean;
  readonly schema: { readonly type?: string };
  readonly example?: unknown;
}
interface MediaTypeObject {
  readonly schema: object;
  readonly examples?: Readonly<Record<string, { readonly summary?: string; readonly value: unknown }>>;
}

export interface Contract {
  /** The document as it was written, references included. */
  readonly document: OpenApiDocument;
  /** The text of the file. */
  readonly source: string;
  /** The path under which all operations live, without a slash at the end. */
  readonly basePath: string;
  readonly operationIds: readonly OperationId[];
  /** The methods that the server supports: the contract's, HEAD wherever there is GET, and OPTIONS. */
  readonly allowedMethods: readonly string[];
  operationOf(operationId: OperationId): OperationObject;
  /** The parameters of an operation, by name. */
  parametersOf(operationId: OperationId): ReadonlyMap<string, ParameterObject>;
  /** The path template of an operation below the base path. */
  pathOf(operationId: OperationId): string;
}

/** The contract cannot be served; the message says why. */
export class ContractError extends Error {
  override readonly name = 'ContractError';
}

export const CONTRACT_FILE = join(packageRoot, 'openapi.yaml');

/** Throws a ContractError for a file that cannot be read, and for what `parseContract` refuses. */
export function loadContract(file: string = CONTRACT_FILE): Contract {
  let source: string;
  try {
    source = readFileSync(file, 'utf8');
  } catch (error) {
    throw new ContractError(`The contract ${file} cannot be read.`, { cause: error });
  }
  return parseContract(source, file);
}

/** Throws a ContractError for a text that is not an OpenAPI 3.1 document, or whose references lead nowhere. */
export function parseContract(source: string, file = CONTRACT_FILE): Contract {
  const yaml = parseDocument(source);
  const [syntaxError] = yaml.errors;
  if (syntaxError) throw new ContractError(`The contract ${file} is not YAML: ${syntaxError.message}`);
  // The server's validator checks the document as a whole.
  const document = yaml.toJS() as OpenApiDocument;
  if (!/^3\.1\./.test(document?.openapi ?? '')) {
    throw new ContractError(`The contract ${file} is not an OpenAPI 3.1 document.`);
  }
  if (!document.servers?.[0]?.url || !document.paths) {
    throw new ContractError(`The contract ${file} lacks "servers" or "paths".`);
  }
  const paths = resolveReferences<OpenApiDocument['paths']>(document, document.paths);
  const operations = Object.entries(paths).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = item[method];
      if (!operation) return [];
      const parameters = new Map(operation.parameters?.map((each) => [each.name, each]));
      return [{ path, method, operation, parameters }];
    }),
  );
  function find(operationId: OperationId) {
    const found = operations.find(({ operation }) => operation.operationId === operationId);
    if (!found) throw new ContractError(`The contract has no operation ${operationId}.`);
    return found;
  }

  const methods = operations.map(({ method }) => method.toUpperCase());
  return {
    document,
    source,
    basePath: document.servers[0].url.replace(/\/$/, ''),
    operationIds: operations.map(({ operation }) => operation.operationId),
    allowedMethods: [...new Set([...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'])],
    operationOf: (operationId) => find(operationId).operation,
    parametersOf: (operationId) => find(operationId).parameters,
    pathOf: (operationId) => find(operationId).path,
  };
}

/**
 * The part with every `$ref` in it replaced by what it names in the document. Throws a ContractError for a
 * reference that leads nowhere.
 */
export function resolveReferences<Value>(document: object, part: unknown): Value {
  function resolve(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(resolve);
    if (value === null || typeof value !== 'object') return value;
    if ('$ref' in value) return resolve(at(document, String(value.$ref)));
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolve(item)]));
  }
  // The caller knows what stands at this place of the document.
  return resolve(part) as Value;
}

function at(document: object, reference: string): unknown {
  let value: unknown = document;
  for (const key of reference.replace(/^#\//, '').split('/')) {
    value = Object(value)[key.replaceAll('~1', '/').replaceAll('~0', '~')];
    if (value === undefined) throw new ContractError(`The contract lacks ${reference}.`);
  }
  return value;
}
