/** Brings the target of a request into the one form that routing understands. */

/**
 * The path and query that a target means: RFC 9112, 3.2 lets clients send a whole URL instead. `*`, which is about
 * the server, stays. Undefined for what is neither.
 */
export function toOriginForm(target: string): string | undefined {
  if (target.startsWith('/') || target === '*') return target;
  if (!/^https?:\/\/[^/?#]/i.test(target) || !URL.canParse(target)) return undefined;
  // Cut out, not put together again: the path stays as it was sent.
  return target.replace(/^[^:]+:\/\/[^/?#]+/, '').replace(/^(?!\/)/, '/');
}
