/** Loads openapi.yaml once at start and gives the few views of it that the server needs. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import { packageRoot } from '../package-root.js';
import type { OperationId } from './types.js';

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'] as const;

/** The parts of the document that code looks at; the validator checks the rest. */
export interface OpenApiDocument {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string };
  readonly servers: readonly [{ readonly url: string }, ...{ readonly url: string }[]];
  readonly paths: Readonly<Record<string, PathItem>>;
  readonly components?: {
    readonly securitySchemes?: Readonly<Record<string, unknown>>;
    readonly parameters?: Readonly<Record<string, ParameterObject>>;
  };
}
type PathItem = { readonly [Method in (typeof METHODS)[number]]?: OperationObject };
export interface OperationObject {
  readonly operationId: OperationId;
  readonly parameters?: readonly (ParameterObject | { readonly $ref: string })[];
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, unknown>> }>
  >;
}

export interface ParameterObject {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header' | 'cookie';
  readonly allowEmptyValue?: boolean;
}

export interface Contract {
  readonly document: OpenApiDocument;
  /** The file as it was written. */
  readonly source: string;
  /** The path under which all operations live, without a slash at the end. */
  readonly basePath: string;
  readonly operationIds: readonly OperationId[];
  /** What the server answers: the contract's methods, HEAD wherever there is GET, and OPTIONS. */
  readonly allowedMethods: readonly string[];
  /** The parameters of an operation, by name, wherever they stand. */
  parametersOf(operationId: OperationId): ReadonlyMap<string, ParameterObject>;
  /** The path template of an operation below the base path. */
  pathOf(operationId: OperationId): string;
}

/** The contract cannot be served; the message says why. */
export class ContractError extends Error {
  override readonly name = 'ContractError';
}

export const CONTRACT_FILE = join(packageRoot, 'openapi.yaml');

/** Throws a ContractError for a file that is absent, not YAML, or not an OpenAPI 3.1 document. */
export function loadContract(file: string = CONTRACT_FILE): Contract {
  return parseContract(readContract(file), file);
}

function readContract(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new ContractError(`The contract ${file} cannot be read.`, { cause: error });
  }
}

export function parseContract(source: string, file = CONTRACT_FILE): Contract {
  const yaml = parseDocument(source);
  const [syntaxError] = yaml.errors;
  if (syntaxError)
    throw new ContractError(`The contract ${file} is not YAML: ${syntaxError.message}`);
  const document = yaml.toJS() as OpenApiDocument;
  if (!/^3\.1\./.test(document?.openapi ?? '')) {
    throw new ContractError(`The contract ${file} is not an OpenAPI 3.1 document.`);
  }
  if (!document.servers?.[0]?.url || !document.paths) {
    throw new ContractError(`The contract ${file} lacks "servers" or "paths".`);
  }
  const operations = Object.entries(document.paths).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = item[method];
      if (!operation) return [];
      return [{ path, method, operation, parameters: parametersByName(document, operation) }];
    }),
  );
  function find(operationId: OperationId) {
    const found = operations.find(({ operation }) => operation.operationId === operationId);
    if (!found) throw new ContractError(`The contract has no operation ${operationId}.`);
    return found;
  }

  return {
    document,
    source,
    basePath: document.servers[0].url.replace(/\/$/, ''),
    operationIds: operations.map(({ operation }) => operation.operationId),
    allowedMethods: allowedMethods(operations.map(({ method }) => method.toUpperCase())),
    parametersOf: (operationId) => find(operationId).parameters,
    pathOf: (operationId) => find(operationId).path,
  };
}

function parametersByName(
  { components }: OpenApiDocument,
  { parameters = [] }: OperationObject,
): ReadonlyMap<string, ParameterObject> {
  const resolved = parameters.map((parameter) => {
    if (!('$ref' in parameter)) return parameter;
    const found = components?.parameters?.[parameter.$ref.replace(PARAMETER_REFERENCE, '')];
    if (!found) throw new ContractError(`The contract lacks ${parameter.$ref}.`);
    return found;
  });
  return new Map(resolved.map((parameter) => [parameter.name, parameter]));
}

const PARAMETER_REFERENCE = '#/components/parameters/';

function allowedMethods(methods: readonly string[]): string[] {
  const head = methods.includes('GET') ? ['HEAD'] : [];
  return [...new Set([...methods, ...head, 'OPTIONS'])];
}
