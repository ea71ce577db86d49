/** Checks what `createClient` is given, so that a mistake shows where it is made. */
import { BASE_PATH } from '../../generated/values.js';

const EXAMPLE = 'such as "https://authentik.example"';

/** The URL of the contract's base path, without a slash at the end. */
export function toAddress(baseUrl: unknown): string {
  if (typeof baseUrl !== 'string') {
    throw new TypeError(`baseUrl is missing. Pass the address of the service, ${EXAMPLE}.`);
  }
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new TypeError(`baseUrl must be a whole http or https URL, ${EXAMPLE}.`);
  }
  if (url.username || url.password || url.search || url.hash) {
    throw new TypeError(`baseUrl must not have a user, password, query or fragment. Pass one ${EXAMPLE}.`);
  }
  const path = url.pathname.replace(/\/+$/, '');
  return url.origin + (path.endsWith(BASE_PATH) ? path : path + BASE_PATH);
}

/** The messages never show the token. */
export function assertToken(token: unknown): asserts token is string {
  if (typeof token !== 'string') {
    throw new TypeError('token must be a string, or a function that returns one. Leave it out to send none.');
  }
  if (/^bearer\s/i.test(token)) {
    throw new TypeError('token must not begin with "Bearer ". Pass the token alone; the client adds the word.');
  }
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new TypeError(
      'token must be ASCII without spaces and line breaks, and not empty. Trim it, or copy it again.',
    );
  }
}
