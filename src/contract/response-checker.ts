/** Checks a response that came over the wire against the contract. */
import { Ajv2020 } from 'ajv/dist/2020.js';
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
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  // All flows of a response are of one release, and therefore in the same one of the two forms.
  const forms = [0, 1].map(
    (form) => new Map(contract.operationIds.map((id) => [id, strictly(contract.operationOf(id).responses, form)])),
  );

  // Ajv keeps the function that it compiled for a schema.
  function validate(schema: object, value: unknown, name: string): string[] {
    const check = ajv.compile(schema);
    check(value);
    return (check.errors ?? []).map(({ keyword, instancePath, params, message }) => {
      const isUndeclared = keyword === 'additionalProperties';
      const fault = isUndeclared ? `must not have the field ${params.additionalProperty}` : message;
      return `${instancePath || name} ${fault}`;
    });
  }

  function checkBody({ content = {} }: ResponseObject, { headers, text }: WireResponse): string[] {
    const [body] = Object.entries(content);
    if (!body) return text === '' ? [] : ['there must be no body'];
    const [mediaType, { schema }] = body;
    const sent = headers.get('content-type')?.split(';')[0]?.trim().toLowerCase();
    if (sent !== mediaType) return [`the content type is ${sent ?? 'missing'} instead of ${mediaType}`];
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
    const faults = forms.map((documented) => {
      const expected = documented.get(operationId)?.[response.status];
      if (!expected) return [`the status ${response.status} is not in the contract`];
      return [...checkBody(expected, response), ...checkHeaders(expected, response)];
    });
    // The form that was meant is the one with the fewest.
    return faults.reduce((some, others) => (others.length < some.length ? others : some));
  };
}

/**
 * Closes objects: a later contract may add fields, but a consumer of this one cannot rely on what it does not declare.
 * Puts one of its forms in the place of each `oneOf`.
 */
function strictly<Schema>(schema: Schema, form: number): Schema {
  const text = JSON.stringify(schema, (_key, value) => {
    const chosen = value?.oneOf?.[form] ?? value;
    return chosen?.properties ? { additionalProperties: false, ...chosen } : chosen;
  });
  return JSON.parse(text);
}
