/** Reads the bearer token out of an Authorization header, exactly as authentik does. */
import { OperationError } from './errors.js';

// Everything else makes authentik itself fail (its comparison takes ASCII only); no token can contain it.
const PRINTABLE_ASCII = /^[\t\x20-\x7e]*$/;

/**
 * The credential of `Authorization: Bearer <credential>`: the scheme in any case, everything after the first
 * blank. Throws `not_authenticated` when there is none, `authentication_failed` when none could be valid.
 */
export function bearerToken(header: string | undefined): string {
  if (header !== undefined && !PRINTABLE_ASCII.test(header)) {
    throw new OperationError('authentication_failed', 'Token invalid or expired.');
  }
  const [, token] = /^bearer (.+)$/i.exec(header?.trim() ?? '') ?? [];
  if (token === undefined) {
    throw new OperationError(
      'not_authenticated',
      'Send a token of authentik in the header "Authorization: Bearer <token>".',
    );
  }
  return token;
}
