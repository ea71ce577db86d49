/** Reads a response, and gives a code to one that is not the contract's: a proxy's page, another API's or authentik's. */
import type { GenericError, ValidationError } from '../../generated/schemas.js';
import { STATUS_OF_CODE } from '../../generated/values.js';
import type { Body, NotModified, Path, Result } from './types.js';

/** Enough to distinguish a body from another API's. */
const FIELDS: { readonly [P in Path]: readonly (keyof Body<P>)[] } = {
  '/stages/password/': ['pagination', 'results'],
  '/stages/password/{stage_uuid}/': ['pk', 'flow_set'],
};
const NOT_MODIFIED = 304;
const MAX_QUOTE_LENGTH = 200;

/** `body` is what was parsed, or anything but an object; `url` is for people. */
export function toResult<P extends Path>(
  path: P,
  body: unknown,
  response: Response,
  url: string,
): Result<Body<P>> | NotModified {
  if (response.status === NOT_MODIFIED) return { response };
  if (response.ok && isBody(path, body)) return { data: body, response };
  if (!response.ok && isError(body)) return { error: body, response };
  const detail = `${url} returned ${response.status} with ${describe(body, response)}. Check that baseUrl leads to authentik-stages-password, and that no proxy on the way responds in its place.`;
  return { error: { code: 'unexpected_response', detail }, response };
}

/** Undefined for what is not JSON. */
export function parse(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}

function isBody<P extends Path>(path: P, body: unknown): body is Body<P> {
  return isObject(body) && FIELDS[path].every((field) => field in body);
}

function isError(body: unknown): body is GenericError | ValidationError {
  return isObject(body) && Object.keys(STATUS_OF_CODE).includes(String(body.code));
}

function isObject(value: unknown): value is { readonly code?: unknown; readonly detail?: unknown } {
  return typeof value === 'object' && value !== null;
}

function describe(body: unknown, { headers }: Response): string {
  if (!isObject(body)) {
    return `${headers.get('Content-Type') ?? 'a body of no type'}, not a JSON object`;
  }
  return typeof body.detail === 'string'
    ? `an error without a code of the contract, as authentik itself sends: "${body.detail.slice(0, MAX_QUOTE_LENGTH)}"`
    : 'JSON that is not of the contract';
}
