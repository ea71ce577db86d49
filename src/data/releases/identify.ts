/** Tells the releases of authentik's tables apart by columns that came or went with a release. */
import { MARKERS, type Marker } from '../../../generated/tables.js';
import type { Column } from '../catalog.js';
import { isBefore, RELEASES, type Release } from './releases.js';

/**
 * The release that the columns resemble most; of two, the later one, since migrations lead there. Any deviation means
 * tables of no release, as in the middle of a migration.
 */
export function nearestRelease(columns: readonly Pick<Column, 'table' | 'column' | 'type' | 'isNotNull'>[]) {
  const present = MARKERS.filter(({ table, column, type, isNullable }) => {
    const found = columns.find((each) => each.table === table && each.column === column);
    return found?.type === type && !(isNullable && found.isNotNull);
  });
  const { release, wrong } = RELEASES.map((release) => ({
    release,
    wrong: MARKERS.filter((marker) => present.includes(marker) !== isExpected(marker, release)),
  })).reduce((best, next) => (next.wrong.length <= best.wrong.length ? next : best));
  const deviations = wrong.map((marker) => {
    const { table, column, type, isNullable } = marker;
    const state = present.includes(marker) ? 'should not be there' : 'is missing';
    return `${table}.${column} of type ${type}${isNullable ? ' without NOT NULL' : ''} ${state}`;
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
