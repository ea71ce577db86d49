/** The named differences that a deployment is known to have, so that only others count. */

export type Profile = keyof typeof PROFILES;

interface Difference {
  readonly name: string;
  /** The checks in which it may show; all, if left out. */
  readonly checks?: RegExp;
  /** The problems that it explains. */
  readonly problems: RegExp;
}

/** authentik 2023.10 to 2026.8, whose API is the one that the contract follows. */
const AUTHENTIK: readonly Difference[] = [
  {
    name: 'no-code',
    problems: /^(expected (\d+) \w+, got \2 without a code|the body must have required property 'code')$/,
  },
  { name: 'no-request-id', problems: /^the header X-Request-Id is missing$/ },
  { name: 'no-caching-headers', problems: /^the header (ETag|Cache-Control) is missing$/ },
  {
    name: 'uuid-spelling',
    checks: /^a UUID .* is refused$/,
    problems: /^expected 400 \w+, got (200|404\b.*)$/,
  },
  {
    name: 'undeclared-query',
    checks: /^an undeclared query parameter/,
    problems: /^expected 400 \w+, got (200|404\b.*)$/,
  },
  {
    name: 'html',
    checks: /^(an unknown path|a URL that is too long)/,
    problems: /^the content type is text\/(html|plain) instead of application\/json$/,
  },
  {
    name: 'long-url',
    checks: /^a URL that is too long/,
    problems: /^expected 431 \w+, got (400|403|404|414)\b.*$/,
  },
  {
    name: 'method',
    checks: /^(POST|PUT|PATCH|DELETE|OPTIONS) /,
    problems: /^(expected (405 \w+|204), got (200|403 .*)|expected Allow: .*)$/,
  },
];

/** Whoever serves this contract has none. */
export const PROFILES = { contract: [], authentik: AUTHENTIK } as const;

/** The name of the difference that explains a problem of a check. */
export function explanation(profile: Profile, check: string, problem: string): string | undefined {
  const differences: readonly Difference[] = PROFILES[profile];
  const found = differences.find(({ checks, problems }) => (checks?.test(check) ?? true) && problems.test(problem));
  return found?.name;
}
