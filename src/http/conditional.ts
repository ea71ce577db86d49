/** Decides whether a client has the current answer already (RFC 9110, 13.1.2). */

/**
 * Express' own `fresh` also heeds `Cache-Control: no-cache`, which every `fetch` adds to a request that has
 * If-None-Match, so that no program would ever see a 304.
 */
export function isCurrent(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  return ifNoneMatch
    .split(',')
    .map((tag) => tag.trim())
    .some((tag) => tag === '*' || withoutStrength(tag) === withoutStrength(etag));
}

/** The comparison for reading is the weak one. */
function withoutStrength(etag: string): string {
  return etag.replace(/^W\//, '');
}
