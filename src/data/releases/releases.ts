/** The authentik releases whose tables differ for us, and everything that differs between them. */
import type { FlowImageRules } from '../../domain/flow-image.js';
import type { SearchSyntax } from '../../domain/stage-list.js';

// Each `as` allows what later releases change.
const OLDEST = {
  /** The first authentik release with these tables. */
  since: '2023.10',
  /** Django's and guardian's tables (to 2025.10), or roles only. */
  permissions: 'django' as 'django' | 'roles',
  /** How many parents above a user's own group may make a superuser; with roles, any number. */
  superuserHops: 20,
  /** Without the index, looking for an OAuth token scans the table. */
  hasAccessTokenIndex: false,
  image: 'media' as FlowImageRules['form'],
  hasAllowShowPassword: false,
  hasAutocomplete: false,
  search: 'words' as SearchSyntax,
  /** Whether the page sizes of a list are those of the tenant, and larger ones are reduced to its maximum. */
  hasTenantPageSizes: false,
  ordersNullsFirst: false,
};
export type Release = Readonly<typeof OLDEST>;

/** What each release changed. */
const CHANGES: readonly (Pick<Release, 'since'> & Partial<Release>)[] = [
  { since: '2024.2', image: 'media-by-schema' },
  // The tables of 2024.4 are those of 2024.6, but 2024.4 allows one hop more; the narrower rule is the safe one.
  { since: '2024.4', superuserHops: 19 },
  { since: '2024.8', hasAccessTokenIndex: true, hasAllowShowPassword: true },
  { since: '2025.8', image: 'absolute-paths', hasAutocomplete: true, search: 'phrases' },
  { since: '2025.12', permissions: 'roles', image: 'files', hasTenantPageSizes: true },
  { since: '2026.2' }, // Renames a table.
  { since: '2026.5', ordersNullsFirst: true },
];

const releases: Release[] = [OLDEST];
for (const change of CHANGES) releases.push({ ...(releases.at(-1) ?? OLDEST), ...change });

/** Oldest first. */
export const RELEASES: readonly Release[] = releases;

/** 2026.8 is read as 2026.5: nothing that we read differs. */
export const SUPPORTED = '2023.10 to 2026.8';

/** In words, the releases that have these tables. */
export function describeRelease(release: Release): string {
  const next = RELEASES[RELEASES.indexOf(release) + 1];
  return `${release.since} or later${next ? `, before ${next.since}` : ''}`;
}

/** Compares releases number by number: 2025.10 comes after 2025.8. */
export function isBefore(one: string, other: string): boolean {
  return one.localeCompare(other, 'en', { numeric: true }) < 0;
}
