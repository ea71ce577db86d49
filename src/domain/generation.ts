/** The generations of authentik's tables that we understand, and what differs between them. */

/** How permissions are stored: Django's and guardian's tables (to 2025.10), or roles only (from 2025.12). */
export type PermissionModel = 'django' | 'roles';

/** The first release of each generation, oldest first. */
export const RELEASES = ['2023.10', '2024.2', '2024.4', '2025.8', '2025.12', '2026.2'] as const;
export type Release = (typeof RELEASES)[number];

export interface Generation {
  /** The first authentik release of the generation. */
  readonly since: Release;
  readonly permissions: PermissionModel;
  /** Joins users with authentik's own groups; another table had the same name before 2026.2. */
  readonly membershipTable: 'authentik_core_user_ak_groups' | 'authentik_core_user_groups';
  /** How many parents above a user's own group may make a superuser; undefined: any number. */
  readonly superuserHops: number | undefined;
  /** How a stored background becomes a URL. */
  readonly background: {
    /** Uploads live under `/media/<schema>/` since 2024.2, under `/media/` before. */
    readonly mediaBySchema: boolean;
    /** 2025.8 … 2025.10 pass every absolute path through. */
    readonly absolutePaths: 'media' | 'as-is';
    /** The files backend of 2025.12 names files unquoted below `/files/media/`. */
    readonly storage: 'media' | 'files';
  };
}

const django = {
  permissions: 'django',
  membershipTable: 'authentik_core_user_ak_groups',
} as const;

const GENERATION_2023_10: Generation = {
  ...django,
  since: '2023.10',
  superuserHops: 20,
  background: { mediaBySchema: false, absolutePaths: 'media', storage: 'media' },
};
const GENERATION_2024_2: Generation = {
  ...GENERATION_2023_10,
  since: '2024.2',
  background: { mediaBySchema: true, absolutePaths: 'media', storage: 'media' },
};
// 2024.4 cannot be told from 2024.6 and allows one hop more; the narrower rule is the safe one.
const GENERATION_2024_4: Generation = { ...GENERATION_2024_2, since: '2024.4', superuserHops: 19 };
const GENERATION_2025_8: Generation = {
  ...GENERATION_2024_4,
  since: '2025.8',
  background: { mediaBySchema: true, absolutePaths: 'as-is', storage: 'media' },
};
const GENERATION_2025_12: Generation = {
  since: '2025.12',
  permissions: 'roles',
  membershipTable: 'authentik_core_user_ak_groups',
  superuserHops: undefined,
  background: { mediaBySchema: true, absolutePaths: 'media', storage: 'files' },
};
const GENERATION_2026_2: Generation = {
  ...GENERATION_2025_12,
  since: '2026.2',
  membershipTable: 'authentik_core_user_groups',
};

/** Oldest first. */
export const GENERATIONS = [
  GENERATION_2023_10,
  GENERATION_2024_2,
  GENERATION_2024_4,
  GENERATION_2025_8,
  GENERATION_2025_12,
  GENERATION_2026_2,
] as const satisfies readonly Generation[];

/** In words, the releases whose databases are of this generation. */
export function releasesOf({ since }: Generation): string {
  const next = RELEASES[RELEASES.indexOf(since) + 1];
  return next ? `${since} or later, before ${next}` : `${since} or later`;
}
