/** The statement that answers a list of password stages. */
import type { Generation } from '../domain/generation.js';
import type { Order } from '../domain/stage-list.js';
import { permissionSql, qualifyWith, viewPermission } from './access-sql.js';
import { FLOW_ORDER, joinFlows, STAGE_COLUMNS, stageTables } from './stage-sql.js';

const COLUMNS: Readonly<Record<Order['field'], string>> = {
  name: 's.name',
  pk: 's.stage_uuid',
  backends: 'p.backends',
  configure_flow: 'p.configure_flow_id',
  failed_attempts_before_cancel: 'p.failed_attempts_before_cancel',
};

/**
 * $1 integer: the user whose grants decide, or null for any; $2 text: name; $3 uuid: configure flow;
 * $4 integer: failed attempts; $5 text[]: LIKE patterns, in either case; $6 integer: page, or null for the last;
 * $7 integer: page size. Null filters nothing. Each row repeats `count` and `knowsFlow`; an empty page is one row
 * whose `position` is null.
 */
export function listQuery(
  generation: Generation,
  schema: string,
  orders: readonly Order[],
): string {
  const table = qualifyWith(schema);
  const permissions = permissionSql(generation, table);
  // Without a last word on equal stages, one could show up on two pages and another on none.
  const orderBy = [
    ...orders.map(({ field, isDescending }) => `${COLUMNS[field]}${isDescending ? ' DESC' : ''}`),
    COLUMNS.pk,
  ].join(', ');
  const matches = `
    ($1::integer IS NULL OR s.stage_uuid::text IN (${permissions.grantedStages('$1::integer')}))
    AND ($2::text IS NULL OR s.name = $2::text)
    AND ($3::uuid IS NULL OR p.configure_flow_id = $3::uuid)
    AND ($4::integer IS NULL OR p.failed_attempts_before_cancel = $4::integer)
    AND upper(s.name) LIKE ALL (SELECT upper(pattern) FROM unnest($5::text[]) AS pattern)`;
  return `
    WITH ${viewPermission(table)}, total AS (
      SELECT count(*)::integer AS count FROM ${stageTables(table)} WHERE ${matches}
    ), page AS (
      SELECT s.stage_uuid, row_number() OVER (ORDER BY ${orderBy}) AS position
      FROM ${stageTables(table)} WHERE ${matches}
      ORDER BY ${orderBy} LIMIT $7::integer
      OFFSET (SELECT CASE WHEN $6::integer IS NULL
        THEN greatest(count - 1, 0) / $7::integer * $7::bigint
        ELSE ($6::bigint - 1) * $7::integer END FROM total)
    )
    SELECT total.count, page.position::integer AS position, ${STAGE_COLUMNS},
      ($3::uuid IS NULL OR EXISTS (
        SELECT FROM ${table('authentik_flows_flow')} known WHERE known.flow_uuid = $3::uuid
      )) AS "knowsFlow"
    FROM total
    LEFT JOIN (page JOIN (${stageTables(table)}) ON s.stage_uuid = page.stage_uuid) ON true
    ${joinFlows(table)}
    ORDER BY page.position, ${FLOW_ORDER}`;
}
