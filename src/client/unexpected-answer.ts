/** Gives a code to errors that are not the contract's: a proxy's own page, or an authentik, which sends no codes. */

/** An error that the contract does not know. `response.status` tells more. */
export interface UnexpectedAnswer {
  /** Never a code of the contract. */
  readonly code: 'unexpected_answer';
  /** For people. */
  readonly detail: string;
}

const NOT_MODIFIED = 304;

/** Leaves alone what is no error, and what has a code. */
export async function replaceForeignError(response: Response): Promise<Response | undefined> {
  if (response.ok || response.status === NOT_MODIFIED) return undefined;
  const { code, detail } = await fields(response.clone());
  if (typeof code === 'string') return undefined;
  const error: UnexpectedAnswer = {
    code: 'unexpected_answer',
    detail:
      typeof detail === 'string' ? detail : `The status ${response.status} came without a reason.`,
  };
  const { status, statusText } = response;
  const headers = new Headers(response.headers);
  headers.delete('Content-Length');
  return new Response(JSON.stringify(error), { status, statusText, headers });
}

async function fields(response: Response): Promise<{ code?: unknown; detail?: unknown }> {
  try {
    return Object(await response.json());
  } catch {
    return {};
  }
}
