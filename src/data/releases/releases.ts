/** The authentik releases whose tables differ for us, and everything that differs between them. */
import type { FlowImageRules } from '../../domain/flow-image.js';
import type { SearchSyntax } from '../../domain/stage-list.js';

/** The first release of each kind of tables, oldest first. */
export const RELEASE_NAMES = [
  '2023.10',
  '2024.2',
  '2024.4',
  '2024.8',
  '2025.8',
  '2025.12',
  '2026.2',
  '2026.5',
] as const;
export type ReleaseName = (typeof RELEASE_NAMES)[number];

/** 2026.8 is read as 2026.5: nothing that we read differs. */
export const SUPPORTED = '2023.10 to 2026.8';

export interface Release {
  /** The first authentik release with these tables. */
  readonly since: ReleaseName;
  /** Django's and guardian's tables (to 2025.10), or roles only. */
  readonly permissions: 'django' | 'roles';
  /** Joins users with authentik's own groups; another table had the second name before 2026.2. */
  readonly membershipTable: 'authentik_core_user_ak_groups' | 'authentik_core_user_groups';
  /** How many parents above a user's own group may make a superuser; with roles, any number. */
  readonly superuserHops: number;
  /** Without the index, looking for an OAuth token scans the table. */
  readonly hasAccessTokenIndex: boolean;
  readonly image: Omit<FlowImageRules, 'schema' | 'webPath'>;
  readonly hasAllowShowPassword: boolean;
  readonly list: {
    readonly hasAutocomplete: boolean;
    readonly search: SearchSyntax;
    /** Whether the page sizes are those of the tenant, and larger ones are reduced to its maximum. */
    readonly pageSizesOfTenant: boolean;
    readonly ordersNullsFirst: boolean;
  };
}

const R2023_10: Release = {
  since: '2023.10',
  permissions: 'django',
  membershipTable: 'authentik_core_user_ak_groups',
  superuserHops: 20,
  hasAccessTokenIndex: false,
  image: { field: 'background', mediaBySchema: false, absolutePaths: 'media', storage: 'media' },
  hasAllowShowPassword: false,
  list: {
    hasAutocomplete: false,
    search: 'words',
    pageSizesOfTenant: false,
    ordersNullsFirst: false,
  },
};
const R2024_2: Release = {
  ...R2023_10,
  since: '2024.2',
  image: { ...R2023_10.image, mediaBySchema: true },
};
// The tables of 2024.4 are those of 2024.6, but 2024.4 allows one hop more; the narrower rule is the safe one.
const R2024_4: Release = { ...R2024_2, since: '2024.4', superuserHops: 19 };
const R2024_8: Release = {
  ...R2024_4,
  since: '2024.8',
  hasAccessTokenIndex: true,
  hasAllowShowPassword: true,
};
const R2025_8: Release = {
  ...R2024_8,
  since: '2025.8',
  image: { ...R2024_8.image, absolutePaths: 'as-is' },
  list: { ...R2024_8.list, hasAutocomplete: true, search: 'phrases' },
};
const R2025_12: Release = {
  ...R2025_8,
  since: '2025.12',
  permissions: 'roles',
  image: { ...R2025_8.image, field: 'background_url', storage: 'files' },
  list: { ...R2025_8.list, pageSizesOfTenant: true },
};
const R2026_2: Release = {
  ...R2025_12,
  since: '2026.2',
  membershipTable: 'authentik_core_user_groups',
};
const R2026_5: Release = {
  ...R2026_2,
  since: '2026.5',
  list: { ...R2026_2.list, ordersNullsFirst: true },
};

/** Oldest first. */
export const RELEASES: readonly Release[] = [R2023_10, R2024_2, R2024_4, R2024_8, R2025_8, R2025_12, R2026_2, R2026_5];

/** In words, the releases that have these tables. */
export function describeRelease({ since }: Release): string {
  const next = RELEASE_NAMES[RELEASE_NAMES.indexOf(since) + 1];
  return next ? `${since} or later, before ${next}` : `${since} or later`;
}

/** Compares releases as numbers, so that any release can be compared, 2025.10 with 2025.8 too. */
export function isBefore(one: string, other: string): boolean {
  const [year = 0, month = 0] = one.split('.').map(Number);
  const [otherYear = 0, otherMonth = 0] = other.split('.').map(Number);
  return year < otherYear || (year === otherYear && month < otherMonth);
}
