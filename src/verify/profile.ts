/** The named differences that a deployment is known to have, so that only others count. */

/** By name: what matches the name of a check, a line break and a problem that the difference explains. */
export const PROFILES = {
  /** Whoever serves this contract has no differences. */
  contract: {},
  /** authentik 2023.10 to 2026.8, whose API is the one that the contract follows. */
  authentik: {
    'no-code': /^.*\n(expected (\d+) \w+, got \2 without a code|the body must have required property 'code')$/,
    'no-request-id': /^.*\nthe header X-Request-Id is missing$/,
    'no-caching-headers': /^.*\nthe header (ETag|Cache-Control) is missing$/,
    'uuid-spelling': /^a UUID .* is refused\nexpected 400 \w+, got (200|404\b.*)$/,
    'undeclared-query': /^(an undeclared query|allow_show_password).*\nexpected 400 \w+, got (200|404\b.*)$/,
    html: /^(an unknown path|a URL that is too long).*\nthe content type is text\/(html|plain) instead of application\/json$/,
    'long-url': /^a URL that is too long.*\nexpected 431 \w+, got (400|403|404|414)\b.*$/,
    method: /^(POST|PUT|PATCH|DELETE|OPTIONS) .*\n(expected (405 \w+|204), got (200|403 .*)|expected Allow: .*)$/,
  },
} as const;

export type Profile = keyof typeof PROFILES;
