/** Checks an answer that came over the wire against the contract. */
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { Contract } from './contract.js';
import type { OperationId } from './types.js';

export interface WireAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** The body as it came; '' for none. */
  readonly text: string;
}

/** What is wrong with an answer, one line each; empty: nothing. */
export type AnswerChecker = (operationId: OperationId, answer: WireAnswer) => string[];

const DOCUMENT_ID = 'contract.json';

interface ResponseObject {
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly content?: Readonly<Record<string, unknown>>;
}
interface HeaderObject {
  readonly required?: boolean;
  readonly schema?: { readonly type?: string };
}

export function createAnswerChecker(contract: Contract): AnswerChecker {
  const { document } = contract;
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: true });
  // The package is CommonJS and exports its function both ways.
  (addFormats as unknown as typeof addFormats.default)(ajv);
  ajv.addSchema(withoutUndeclaredFields(document) as object, DOCUMENT_ID);
  const validators = new Map<string, ValidateFunction>();

  function validate(pointer: string, value: unknown): string[] {
    let validator = validators.get(pointer);
    if (!validator) {
      validator = ajv.compile({ $ref: `${DOCUMENT_ID}#${pointer}` });
      validators.set(pointer, validator);
    }
    if (validator(value)) return [];
    return (validator.errors ?? []).map(explain);
  }

  return (operationId, { status, headers, text }) => {
    const path = contract.pathOf(operationId);
    const found = resolve<ResponseObject>(
      document,
      pointerTo('paths', path, 'get', 'responses', String(status)),
    );
    if (!found) return [`the status ${status} is not in the contract`];
    return [
      ...checkHeaders(document, found, headers, validate),
      ...checkBody(found, headers, text, validate),
    ];
  };
}

/**
 * A contract leaves room for fields that come later, and validators with it. An answer of today must not have
 * any: whoever came to rely on it would rely on nothing.
 */
function withoutUndeclaredFields(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(withoutUndeclaredFields);
  if (part === null || typeof part !== 'object') return part;
  const entries = Object.entries(part).map(([key, value]) => [key, withoutUndeclaredFields(value)]);
  const isClosed = 'type' in part && part.type === 'object' && 'properties' in part;
  return { ...(isClosed && { additionalProperties: false }), ...Object.fromEntries(entries) };
}

function explain({ instancePath, message, params }: ErrorObject): string {
  const { additionalProperty } = params as { additionalProperty?: string };
  const problem = additionalProperty ? `must not have the field ${additionalProperty}` : message;
  return `${instancePath || 'the body'} ${problem}`;
}

type Validate = (pointer: string, value: unknown) => string[];
interface Found<Value> {
  readonly pointer: string;
  readonly value: Value;
}

function checkHeaders(
  document: object,
  { pointer, value }: Found<ResponseObject>,
  headers: Headers,
  validate: Validate,
): string[] {
  return Object.keys(value.headers ?? {}).flatMap((name) => {
    const header = resolve<HeaderObject>(document, `${pointer}${pointerTo('headers', name)}`);
    const sent = headers.get(name);
    if (sent === null) return header?.value.required ? [`the header ${name} is missing`] : [];
    const typed = header?.value.schema?.type === 'integer' ? Number(sent) : sent;
    return validate(`${header?.pointer}/schema`, typed).map((problem) =>
      problem.replace('the body', `the header ${name}`),
    );
  });
}

function checkBody(
  { pointer, value }: Found<ResponseObject>,
  headers: Headers,
  text: string,
  validate: Validate,
): string[] {
  const [mediaType] = Object.keys(value.content ?? {});
  if (mediaType === undefined) return text === '' ? [] : ['there must be no body'];
  const sent = headers.get('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (sent !== mediaType)
    return [`the content type is ${sent ?? 'missing'} instead of ${mediaType}`];
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return ['the body is not JSON'];
  }
  return validate(`${pointer}${pointerTo('content', mediaType, 'schema')}`, body);
}

function pointerTo(...keys: readonly string[]): string {
  return keys.map((key) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** Follows references, so that the pointer names the place where the value really stands. */
function resolve<Value>(document: object, pointer: string): Found<Value> | undefined {
  let value: unknown = document;
  for (const key of pointer.split('/').slice(1)) {
    value = (value as Record<string, unknown> | undefined)?.[
      key.replaceAll('~1', '/').replaceAll('~0', '~')
    ];
  }
  if (value === undefined) return undefined;
  const { $ref } = value as { $ref?: string };
  return $ref ? resolve(document, $ref.slice(1)) : { pointer, value: value as Value };
}
