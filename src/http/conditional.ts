/** Decides whether a client has the current response already (RFC 9110, 13.1.2). */

/**
 * Express' own `fresh` also heeds `Cache-Control: no-cache`, which every `fetch` adds to a request that has
 * If-None-Match, so that no program would ever see a 304.
 */
export function matchesEtag(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch.trim() === '*') return true;
  const tags = ifNoneMatch.match(ENTITY_TAG) ?? [];
  return tags.some((tag) => withoutStrength(tag) === withoutStrength(etag));
}

/** Commas may stand within the quotes. */
const ENTITY_TAG = /(?:W\/)?"[^"]*"/g;

/** The comparison for reading is the weak one. */
function withoutStrength(etag: string): string {
  return etag.replace(/^W\//, '');
}
