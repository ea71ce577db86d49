/** Tells the releases of authentik's tables apart by columns that came or went with a release. */
import type { TABLES } from '../../../generated/tables.js';
import type { Column } from '../catalog.js';
import { isBefore, RELEASES, type Release } from './releases.js';

/** A column that only some releases have. A table is known by a column that it never lacks. */
export interface Marker {
  readonly table: (typeof TABLES)[number];
  readonly column: string;
  /** Another type makes it another column: 2026.2 gave a name a new meaning. */
  readonly type?: string;
  readonly isNullable?: boolean;
  /** The first release that has it. */
  readonly since: string;
  /** The first release that no longer has it. */
  readonly before?: string;
}

export const MARKERS: readonly Marker[] = [
  { table: 'authentik_rbac_role', column: 'uuid', since: '2023.10' },
  { table: 'authentik_brands_brand', column: 'brand_uuid', since: '2024.2' },
  { table: 'authentik_core_token', column: 'expires', isNullable: true, since: '2024.4' },
  { table: 'authentik_stages_password_passwordstage', column: 'allow_show_password', since: '2024.8' },
  { table: 'authentik_core_user', column: 'last_updated', since: '2025.8' },
  { table: 'authentik_core_group', column: 'parent_id', since: '2023.10', before: '2025.12' },
  { table: 'authentik_core_groupparentage', column: 'parent_id', since: '2025.12' },
  { table: 'authentik_core_user_roles', column: 'role_id', since: '2025.12' },
  { table: 'authentik_core_user_ak_groups', column: 'group_id', since: '2023.10', before: '2026.2' },
  { table: 'authentik_core_user_groups', column: 'group_id', type: 'uuid', since: '2026.2' },
  { table: 'authentik_brands_brand', column: 'flow_lockdown_id', since: '2026.5' },
];

/**
 * The release that the columns resemble most; of two, the later one, since migrations lead there. Any deviation means
 * tables of no release, as in the middle of a migration.
 */
export function nearestRelease(columns: readonly Pick<Column, 'table' | 'column' | 'type' | 'isNotNull'>[]) {
  const present = MARKERS.filter(({ table, column, type, isNullable }) => {
    const found = columns.find((each) => each.table === table && each.column === column);
    return found && (!type || found.type === type) && !(isNullable && found.isNotNull);
  });
  const { release, wrong } = RELEASES.map((release) => ({
    release,
    wrong: MARKERS.filter((marker) => present.includes(marker) !== isExpected(marker, release)),
  })).reduce((best, next) => (next.wrong.length <= best.wrong.length ? next : best));
  const deviations = wrong.map((marker) => {
    const { table, column, type, isNullable } = marker;
    const name = `${table}.${column}${type ? ` of type ${type}` : ''}${isNullable ? ' without NOT NULL' : ''}`;
    const state = present.includes(marker) ? 'should not be there' : 'is missing';
    return `${name} ${state}`;
  });
  return { release, deviations };
}

function isExpected({ since, before }: Marker, release: Release): boolean {
  return !isBefore(release.since, since) && (!before || isBefore(release.since, before));
}

/** What a database gains when an upgrade takes it beyond this release. */
export function markersAfter(release: Release): Marker[] {
  return MARKERS.filter(({ since }) => isBefore(release.since, since));
}
