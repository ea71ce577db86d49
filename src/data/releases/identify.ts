/** Tells the releases of authentik's tables apart by columns that came or went with a release. */
import type { TABLES } from '../../../generated/tables.js';
import { isBefore, RELEASES, type Release, type ReleaseName } from './releases.js';

/** A column that only some releases have. A table is known by a column that it never lacks. */
export interface Marker {
  readonly table: (typeof TABLES)[number]['name'];
  readonly column: string;
  /** Another type makes it another column: 2026.2 gave a name a new meaning. */
  readonly type?: string;
  readonly isNullable?: boolean;
  /** The first release that has it. */
  readonly since?: ReleaseName;
  /** The first release that no longer has it. */
  readonly before?: ReleaseName;
}

export const MARKERS: readonly Marker[] = [
  { table: 'authentik_rbac_role', column: 'uuid', since: '2023.10' },
  { table: 'authentik_brands_brand', column: 'brand_uuid', since: '2024.2' },
  { table: 'authentik_core_token', column: 'expires', isNullable: true, since: '2024.4' },
  {
    table: 'authentik_stages_password_passwordstage',
    column: 'allow_show_password',
    since: '2024.8',
  },
  { table: 'authentik_core_user', column: 'last_updated', since: '2025.8' },
  { table: 'authentik_core_group', column: 'parent_id', before: '2025.12' },
  { table: 'authentik_core_groupparentage', column: 'parent_id', since: '2025.12' },
  { table: 'authentik_core_user_roles', column: 'role_id', since: '2025.12' },
  { table: 'authentik_core_user_ak_groups', column: 'group_id', before: '2026.2' },
  { table: 'authentik_core_user_groups', column: 'group_id', type: 'uuid', since: '2026.2' },
  { table: 'authentik_brands_brand', column: 'flow_lockdown_id', since: '2026.5' },
];

export type IsPresent = (marker: Marker) => boolean;

/** How far the markers found are from those of a release. */
export interface Likeness {
  readonly release: Release;
  readonly missing: readonly Marker[];
  readonly unexpected: readonly Marker[];
}

/** The release whose markers are exactly those present; undefined for any mixture, as in the middle of a migration. */
export function identifyRelease(isPresent: IsPresent): Release | undefined {
  return RELEASES.find((release) => distance(likeness(release, isPresent)) === 0);
}

/** The release that the markers resemble most; of two, the later one, since migrations lead there. */
export function nearestRelease(isPresent: IsPresent): Likeness {
  return RELEASES.map((release) => likeness(release, isPresent)).reduce((best, next) =>
    distance(next) <= distance(best) ? next : best,
  );
}

/** What a database gains when an upgrade takes it beyond this release. */
export function markersAfter({ since }: Release): Marker[] {
  return MARKERS.filter((marker) => marker.since && isBefore(since, marker.since));
}

function likeness(release: Release, isPresent: IsPresent): Likeness {
  const present = MARKERS.filter(isPresent);
  const expected = MARKERS.filter((marker) => isExpected(marker, release));
  return {
    release,
    missing: expected.filter((marker) => !present.includes(marker)),
    unexpected: present.filter((marker) => !expected.includes(marker)),
  };
}

function isExpected({ since, before }: Marker, release: Release): boolean {
  return (!since || !isBefore(release.since, since)) && (!before || isBefore(release.since, before));
}

const distance = ({ missing, unexpected }: Likeness) => missing.length + unexpected.length;
