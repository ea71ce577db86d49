/** The named differences that a deployment is known to have, so that only others count. */

/** authentik 2023.10 to 2026.8, whose API is the one that the contract follows: what matches a check's name and problem. */
const AUTHENTIK = {
  'no-code': /^.*\n(expected (\d+) \w+, got \2 without a code|the body must have required property 'code')$/,
  'no-request-id': /^.*\nthe header X-Request-Id is missing$/,
  'no-caching-headers': /^.*\nthe header (ETag|Cache-Control) is missing$/,
  'uuid-spelling': /^a UUID .* is refused\nexpected 400 \w+, got (200|404\b.*)$/,
  'undeclared-query': /^an undeclared query parameter.*\nexpected 400 \w+, got (200|404\b.*)$/,
  html: /^(an unknown path|a URL that is too long).*\nthe content type is text\/(html|plain) instead of application\/json$/,
  'long-url': /^a URL that is too long.*\nexpected 431 \w+, got (400|403|404|414)\b.*$/,
  method: /^(POST|PUT|PATCH|DELETE|OPTIONS) .*\n(expected (405 \w+|204), got (200|403 .*)|expected Allow: .*)$/,
} as const;

/** Whoever serves this contract has none. */
export const PROFILES = { contract: {}, authentik: AUTHENTIK } as const;
export type Profile = keyof typeof PROFILES;

/** The name of the difference that explains a problem of a check. */
export function explanation(profile: Profile, check: string, problem: string): string | undefined {
  const differences: [string, RegExp][] = Object.entries(PROFILES[profile]);
  return differences.find(([, pattern]) => pattern.test(`${check}\n${problem}`))?.[0];
}
