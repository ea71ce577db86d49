/** What comes of a response, also of one that is not the contract's: a proxy's page, another API's or authentik's. */
import { STATUS_OF_CODE } from '../../generated/values.js';
import type { Body, CallError, Path, Result } from './types.js';

/** Enough to distinguish a body from another API's. */
const FIELDS: { readonly [P in Path]: readonly (keyof Body<P>)[] } = {
  '/stages/password/': ['pagination', 'results'],
  '/stages/password/{stage_uuid}/': ['pk', 'flow_set'],
};
const NOT_MODIFIED = 304;
const MAX_QUOTE_LENGTH = 200;

/** `content` is JSON as text or parsed, or anything else; `url` is for people. */
export function toResult<P extends Path>(path: P, content: unknown, response: Response, url: string): Result<Body<P>> {
  const { status, ok, headers } = response;
  // Only a call with `If-None-Match` gets it, and its type says so.
  if (status === NOT_MODIFIED) return { response } as never;
  const body = typeof content === 'string' ? parse(content) : content;
  let came = `${headers.get('Content-Type') ?? 'a body of no type'}, not a JSON object`;
  if (typeof body === 'object' && body !== null) {
    const { code, detail: said }: { code?: unknown; detail?: unknown } = body;
    // What was looked at proves the rest, here and below.
    if (ok && FIELDS[path].every((field) => field in body)) return { data: body as Body<P>, response };
    if (!ok && Object.keys(STATUS_OF_CODE).includes(String(code))) return { error: body as CallError, response };
    came =
      typeof said === 'string'
        ? `an error without a code of the contract, as authentik itself sends: "${said.slice(0, MAX_QUOTE_LENGTH)}"`
        : 'JSON that is not of the contract';
  }
  const advice =
    'Check that baseUrl leads to authentik-stages-password, and that no proxy on the way responds in its place.';
  const detail = `${url} returned ${status} with ${came}. ${advice}`;
  return { error: { code: 'unexpected_response', detail }, response };
}

/** Undefined for what is not JSON. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** An error during an iteration. */
export class StagesError extends Error {
  override readonly name = 'StagesError';
  /** Distinguishes the errors: a code of the contract, or `unexpected_response`. */
  readonly code: CallError['code'];
  declare readonly response: Response;

  constructor(
    readonly error: CallError,
    response: Response,
  ) {
    super(error.code === 'invalid' ? error.non_field_errors.join(' ') : error.detail);
    this.code = error.code;
    // Not enumerable, so that an error that nobody catches prints what matters.
    Object.defineProperty(this, 'response', { value: response });
  }
}
