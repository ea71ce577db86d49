/** The SQL by which a query proves that it still fits the tables it runs on. */
import { escapeLiteral } from 'pg';
import type { Generation } from '../domain/generation.js';
import { type Marker, markersAfter } from '../domain/markers.js';
import type { QualifyTable } from './access-sql.js';

/**
 * True while nothing is there that a later generation brings. A query of an old generation may well succeed on newer
 * tables: 2025.12 keeps the old permission tables, frozen with grants that were revoked since. What an upgrade takes
 * away needs no proof, since a query that reads it fails.
 *
 * It stands in the query about the caller, which comes first in every request, so that no request that arrives after
 * an upgrade is answered by the rules before it. The SELECT around makes it run once for each query, not for each row.
 */
export function generationGuard(generation: Generation, table: QualifyTable): string {
  const absences = markersAfter(generation).map((marker) => `NOT ${isPresent(marker, table)}`);
  return absences.length === 0 ? 'true' : `(SELECT ${absences.join('\n        AND ')})`;
}

function isPresent({ table: name, column, type, isNullable }: Marker, table: QualifyTable): string {
  const conditions = [
    `attrelid = to_regclass(${escapeLiteral(table(name))})`,
    `attname = ${escapeLiteral(column)}`,
    ...(type ? [`atttypid = ${escapeLiteral(type)}::regtype`] : []),
    ...(isNullable ? ['NOT attnotnull'] : []),
  ];
  return `EXISTS (SELECT FROM pg_catalog.pg_attribute WHERE ${conditions.join(' AND ')})`;
}
