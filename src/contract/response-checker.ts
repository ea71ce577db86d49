/** Checks a response that came over the wire against the contract. */
import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { Contract, ResponseObject } from './contract.js';
import type { OperationId } from './types.js';

export interface WireResponse {
  readonly status: number;
  readonly headers: Headers;
  /** The body as it came; '' for none. */
  readonly text: string;
}

/** What is wrong with a response, one line each; empty: nothing. */
export type ResponseChecker = (operationId: OperationId, response: WireResponse) => string[];

export function createResponseChecker(contract: Contract): ResponseChecker {
  const ajv = new Ajv2020({ strict: false, allErrors: true, verbose: true });
  // The package is CommonJS and exports its function both ways.
  (addFormats as unknown as typeof addFormats.default)(ajv);
  // Nothing is taken away from the responses.
  const documented = new Map(
    contract.operationIds.map((id) => [
      id,
      strictly(contract.operationOf(id).responses) as Readonly<Record<string, ResponseObject>>,
    ]),
  );

  // Ajv keeps the function that it compiled for a schema.
  function validate(schema: object, value: unknown, name: string): string[] {
    const validator = ajv.compile(schema);
    return validator(value) ? [] : explain(validator.errors ?? [], name);
  }

  function checkBody({ content = {} }: ResponseObject, { headers, text }: WireResponse): string[] {
    const [body] = Object.entries(content);
    if (!body) return text === '' ? [] : ['there must be no body'];
    const [mediaType, { schema }] = body;
    const sent = headers.get('content-type')?.split(';')[0]?.trim().toLowerCase();
    if (sent !== mediaType) {
      return [`the content type is ${sent ?? 'missing'} instead of ${mediaType}`];
    }
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      return ['the body is not JSON'];
    }
    return validate(schema, value, 'the body');
  }

  function checkHeaders({ headers = {} }: ResponseObject, response: WireResponse): string[] {
    return Object.entries(headers).flatMap(([name, { required, schema }]) => {
      const sent = response.headers.get(name);
      if (sent === null) return required ? [`the header ${name} is missing`] : [];
      const value = schema.type === 'integer' ? Number(sent) : sent;
      return validate(schema, value, `the header ${name}`);
    });
  }

  return (operationId, response) => {
    const expected = documented.get(operationId)?.[response.status];
    if (!expected) return [`the status ${response.status} is not in the contract`];
    return [...checkBody(expected, response), ...checkHeaders(expected, response)];
  };
}

/**
 * Closes objects: a later contract may add fields, but a consumer of this one cannot rely on what it does not declare.
 * Replaces each `oneOf` by rules whose faults are those of the form that was meant.
 */
function strictly(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(strictly);
  if (part === null || typeof part !== 'object') return part;
  const isClosed = 'type' in part && part.type === 'object' && 'properties' in part;
  const entries = Object.entries(part).map(([key, value]) => [key, strictly(value)]);
  return {
    ...(isClosed && { additionalProperties: false }),
    ...Object.fromEntries(entries),
    ...('oneOf' in part && byMarks(strictly(part.oneOf) as Form[])),
  };
}

interface Form {
  readonly required: readonly string[];
}

/** A form is meant when the fields are there that only it requires. */
function byMarks(forms: readonly Form[]): object {
  const marks = forms.map(({ required }) => ({
    required: required.filter((field) => !forms.every((form) => form.required.includes(field))),
  }));
  const allOf = marks.map((mark, index) => ({ if: { not: mark }, else: forms[index] }));
  return { oneOf: marks, allOf };
}

/** One line for each fault; the `if` and the marks of a form only say which form was meant. */
function explain(errors: readonly ErrorObject[], name: string): string[] {
  return errors
    .filter(({ keyword, schemaPath }) => keyword !== 'if' && !schemaPath.includes('/oneOf/'))
    .map(({ keyword, instancePath, params, schema, message }) => {
      const place = instancePath || name;
      if (keyword === 'additionalProperties') {
        return `${place} must not have the field ${params.additionalProperty}`;
      }
      if (keyword !== 'oneOf') return `${place} ${message}`;
      const marks = (schema as readonly Form[]).flatMap(({ required }) => required);
      return `${place} must have exactly one of the fields ${marks.join(', ')}`;
    });
}
