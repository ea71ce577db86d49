/** Tells the releases of authentik's tables apart by columns that came or went with a release. */
import type { TableName } from '../tables.js';
import { isBefore, RELEASES, type Release } from './releases.js';

/** A column that only some releases have. A table is known by a column that it never lacks. */
export interface Marker {
  readonly table: TableName;
  readonly column: string;
  /** Another type makes it another column: 2026.2 gave a name a new meaning. */
  readonly type?: string;
  readonly isNullable?: boolean;
  /** The first release that has it. */
  readonly since?: string;
  /** The first release that no longer has it. */
  readonly before?: string;
}

export const MARKERS: readonly Marker[] = [
  { table: 'authentik_rbac_role', column: 'uuid', since: '2023.10' },
  { table: 'authentik_brands_brand', column: 'brand_uuid', since: '2024.2' },
  { table: 'authentik_core_token', column: 'expires', isNullable: true, since: '2024.4' },
  { table: 'authentik_stages_password_passwordstage', column: 'allow_show_password', since: '2024.8' },
  { table: 'authentik_core_user', column: 'last_updated', since: '2025.8' },
  { table: 'authentik_core_group', column: 'parent_id', before: '2025.12' },
  { table: 'authentik_core_groupparentage', column: 'parent_id', since: '2025.12' },
  { table: 'authentik_core_user_roles', column: 'role_id', since: '2025.12' },
  { table: 'authentik_core_user_ak_groups', column: 'group_id', before: '2026.2' },
  { table: 'authentik_core_user_groups', column: 'group_id', type: 'uuid', since: '2026.2' },
  { table: 'authentik_brands_brand', column: 'flow_lockdown_id', since: '2026.5' },
];

type IsPresent = (marker: Marker) => boolean;

/** How far the markers found are from those of a release. */
export interface Likeness {
  readonly release: Release;
  readonly missing: readonly Marker[];
  readonly unexpected: readonly Marker[];
}

/**
 * The release that the markers found resemble most; of two, the later one, since migrations lead there. Anything missing
 * or unexpected means tables of no release, as in the middle of a migration.
 */
export function nearestRelease(isPresent: IsPresent): Likeness {
  const distance = ({ missing, unexpected }: Likeness) => missing.length + unexpected.length;
  return RELEASES.map((release) => ({
    release,
    missing: MARKERS.filter((marker) => isExpected(marker, release) && !isPresent(marker)),
    unexpected: MARKERS.filter((marker) => !isExpected(marker, release) && isPresent(marker)),
  })).reduce((best, next) => (distance(next) <= distance(best) ? next : best));
}

/** What a database gains when an upgrade takes it beyond this release. */
export function markersAfter({ since }: Release): Marker[] {
  return MARKERS.filter((marker) => marker.since && isBefore(since, marker.since));
}

function isExpected({ since, before }: Marker, release: Release): boolean {
  return (!since || !isBefore(release.since, since)) && (!before || isBefore(release.since, before));
}
