/** Authenticates the caller by the bearer scheme, exactly as authentik reads it. */
import type { IncomingMessage } from 'node:http';
import type { AccessRepository } from '../data/access.js';
import { decideAccess, type Principal } from '../domain/access.js';
import { OperationError } from '../domain/errors.js';
import { isSentTwice } from './requests.js';

export type Authenticate = ReturnType<typeof createAuthentication>;

export function createAuthentication(access: AccessRepository) {
  async function identify({ context }: IncomingMessage, token: string): Promise<Principal> {
    const principal = decideAccess(await access.find(token));
    context.userId = principal.userId;
    return principal;
  }

  /**
   * Who sends a request, looked up once for each request. Throws at once when there is no token that could be good; the
   * promise rejects when the token is not good, or its user may see no stage.
   */
  return (request: IncomingMessage): Promise<Principal> => {
    const { context } = request;
    if (!context.caller) {
      if (isSentTwice(request, 'authorization')) {
        throw new OperationError('authentication_failed', 'Send one Authorization header only.');
      }
      context.caller = identify(request, bearerToken(request.headers.authorization));
      // Whoever awaits it gets the rejection; without this, nobody may be there yet when it comes.
      context.caller.catch(() => {});
    }
    return context.caller;
  };
}

// Everything else makes authentik itself fail (its comparison takes ASCII only); no token can contain it.
const PRINTABLE_ASCII = /^[\t\x20-\x7e]*$/;

/**
 * The credential of `Authorization: Bearer <credential>`: the scheme in any case, everything after the first
 * space. Throws `not_authenticated` when there is none, `authentication_failed` when none could be valid.
 */
export function bearerToken(header = ''): string {
  if (!PRINTABLE_ASCII.test(header)) throw new OperationError('authentication_failed', 'Token invalid or expired.');
  const [, token] = /^bearer (.+)$/i.exec(header.trim()) ?? [];
  if (token) return token;
  const remedy = 'Send a token of authentik in the header "Authorization: Bearer <token>".';
  throw new OperationError('not_authenticated', remedy);
}
