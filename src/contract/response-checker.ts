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

/** What is wrong with a value, which the lines call by this name. */
type Validate = (schema: object, value: unknown, name: string) => string[];

export function createResponseChecker(contract: Contract): ResponseChecker {
  const ajv = new Ajv2020({ strict: false, allErrors: true, verbose: true });
  // The package is CommonJS and exports its function both ways.
  (addFormats as unknown as typeof addFormats.default)(ajv);
  const documented = new Map(
    contract.operationIds.map((id) => [id, withoutUndeclaredFields(contract.operationOf(id))]),
  );
  // Ajv keeps the function that it compiled for a schema.
  const validate: Validate = (schema, value, name) => {
    const validator = ajv.compile(schema);
    return validator(value) ? [] : explain(validator.errors ?? [], name);
  };

  return (operationId, { status, headers, text }) => {
    const response = documented.get(operationId)?.responses[status];
    if (!response) return [`the status ${status} is not in the contract`];
    return [
      ...checkBody(response, headers, text, validate),
      ...checkHeaders(response, headers, validate),
    ];
  };
}

/** A later contract may add fields. A response of today must not: a consumer would rely on nothing. */
function withoutUndeclaredFields<Part>(part: Part): Part {
  function close(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(close);
    if (value === null || typeof value !== 'object') return value;
    const isClosed = 'type' in value && value.type === 'object' && 'properties' in value;
    const entries = Object.entries(value).map(([key, item]) => [key, close(item)]);
    return { ...(isClosed && { additionalProperties: false }), ...Object.fromEntries(entries) };
  }
  // Nothing is taken away.
  return close(part) as Part;
}

function checkHeaders(
  { headers: documented = {} }: ResponseObject,
  headers: Headers,
  validate: Validate,
): string[] {
  return Object.entries(documented).flatMap(([name, { required, schema }]) => {
    const sent = headers.get(name);
    if (sent === null) return required ? [`the header ${name} is missing`] : [];
    return validate(schema, schema.type === 'integer' ? Number(sent) : sent, `the header ${name}`);
  });
}

function checkBody(
  { content = {} }: ResponseObject,
  headers: Headers,
  text: string,
  validate: Validate,
): string[] {
  const [documented] = Object.entries(content);
  if (!documented) return text === '' ? [] : ['there must be no body'];
  const [mediaType, { schema }] = documented;
  const sent = headers.get('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (sent !== mediaType) {
    return [`the content type is ${sent ?? 'missing'} instead of ${mediaType}`];
  }
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return ['the body is not JSON'];
  }
  return validate(schema, body, 'the body');
}

/** One line for each fault. Of the forms in a `oneOf`, only the faults of the one that is meant are told. */
function explain(errors: readonly ErrorObject[], name: string): string[] {
  const choices = errors.filter(({ keyword }) => keyword === 'oneOf').map(toChoice);
  return errors.flatMap((error) => {
    const place = error.instancePath || name;
    if (error.keyword === 'oneOf') {
      const { meant, marks } = toChoice(error);
      return meant ? [] : [`${place} must have exactly one of the fields ${marks.join(', ')}`];
    }
    const choice = choices.find(
      ({ within, at }) =>
        error.schemaPath.startsWith(within) && `${error.instancePath}/`.startsWith(at),
    );
    if (choice && !(choice.meant && error.schemaPath.startsWith(choice.meant))) return [];
    const { additionalProperty } = error.params as { additionalProperty?: string };
    const problem = additionalProperty && `must not have the field ${additionalProperty}`;
    return [`${place} ${problem ?? error.message}`];
  });
}

/** A form is meant when of the fields that tell the forms apart only its own are there. */
function toChoice({ schemaPath, instancePath, schema, data }: ErrorObject) {
  // The keyword's own value: the forms, whose references are resolved.
  const forms = schema as { readonly required: readonly string[] }[];
  const marks = forms.map(({ required }) =>
    required.filter((field) => !forms.every((form) => form.required.includes(field))),
  );
  const present = marks.flatMap((fields, index) =>
    fields.some((field) => Object.hasOwn(Object(data), field)) ? [index] : [],
  );
  return {
    within: `${schemaPath}/`,
    at: `${instancePath}/`,
    meant: present.length === 1 ? `${schemaPath}/${present[0]}/` : undefined,
    marks: marks.flat(),
  };
}
