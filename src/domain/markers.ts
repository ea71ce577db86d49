/** Tells the generations of authentik's tables apart by columns that came or went with a release. */
import { GENERATIONS, type Generation, RELEASES, type Release } from './generation.js';

/** A column that only some releases have. A table is known by a column that it never lacks. */
export interface Marker {
  readonly table: string;
  readonly column: string;
  /** Another type makes it another column: 2026.2 gave a name a new meaning. */
  readonly type?: string;
  readonly isNullable?: boolean;
  /** The first release that has it. */
  readonly since?: Release;
  /** The first release that has it no more. */
  readonly before?: Release;
}

export const MARKERS: readonly Marker[] = [
  { table: 'authentik_rbac_role', column: 'uuid', since: '2023.10' },
  { table: 'authentik_brands_brand', column: 'brand_uuid', since: '2024.2' },
  { table: 'authentik_core_token', column: 'expires', isNullable: true, since: '2024.4' },
  { table: 'authentik_core_user', column: 'last_updated', since: '2025.8' },
  { table: 'authentik_core_group', column: 'parent_id', before: '2025.12' },
  { table: 'authentik_core_groupparentage', column: 'parent_id', since: '2025.12' },
  { table: 'authentik_core_user_roles', column: 'role_id', since: '2025.12' },
  { table: 'authentik_core_user_ak_groups', column: 'group_id', before: '2026.2' },
  { table: 'authentik_core_user_groups', column: 'group_id', type: 'uuid', since: '2026.2' },
];

export type IsPresent = (marker: Marker) => boolean;

/** How far the markers found are from those of a generation. */
export interface Likeness {
  readonly generation: Generation;
  readonly missing: readonly Marker[];
  readonly surplus: readonly Marker[];
}

/** The generation whose markers are exactly those present; undefined for any mixture, as in mid-migration. */
export function identifyGeneration(isPresent: IsPresent): Generation | undefined {
  return GENERATIONS.find((generation) => distance(likeness(generation, isPresent)) === 0);
}

/** The generation that the markers resemble most; of two, the later one, since migrations lead there. */
export function nearestGeneration(isPresent: IsPresent): Likeness {
  return GENERATIONS.map((generation) => likeness(generation, isPresent)).reduce((best, next) =>
    distance(next) <= distance(best) ? next : best,
  );
}

/** What a database gains when it leaves this generation by an upgrade. */
export function markersAfter({ since }: Generation): Marker[] {
  return MARKERS.filter((marker) => marker.since && isBefore(since, marker.since));
}

function likeness(generation: Generation, isPresent: IsPresent): Likeness {
  const present = MARKERS.filter(isPresent);
  const expected = MARKERS.filter((marker) => isExpected(marker, generation));
  return {
    generation,
    missing: expected.filter((marker) => !present.includes(marker)),
    surplus: present.filter((marker) => !expected.includes(marker)),
  };
}

function isExpected({ since, before }: Marker, generation: Generation): boolean {
  return (
    (!since || !isBefore(generation.since, since)) &&
    (!before || isBefore(generation.since, before))
  );
}

const isBefore = (one: Release, other: Release) => RELEASES.indexOf(one) < RELEASES.indexOf(other);
const distance = ({ missing, surplus }: Likeness) => missing.length + surplus.length;
