/** The two statements that answer requests: tokens to facts about their users, and stages to rows. */
import type { Generation } from '../domain/generation.js';
import { permissionSql, qualifyWith, viewPermission } from './access-sql.js';
import { FLOW_ORDER, joinFlows, STAGE_COLUMNS, stageTables } from './stage-sql.js';

/** SQL texts for one generation in one schema. They never change, so that each is prepared once. */
export interface Queries {
  /** $1 text[]: tokens, $2 timestamptz: now. One row for each token that is usable. */
  readonly access: string;
  /** $1 uuid[]: stages, $2 integer[]: for each the user whose grants decide, or null for any. */
  readonly stages: string;
}

/*
 * Arrays come through a SELECT, so that the planner cannot look into them: it would make a new plan for each request,
 * at several times the cost of running it, where one plan serves all.
 */
export function queriesFor(generation: Generation, schema: string): Queries {
  return { access: accessQuery(generation, schema), stages: stagesQuery(generation, schema) };
}

const API_SCOPE = 'goauthentik.io/api';

/**
 * Which user a token stands for, as in authentik: the lowest unexpired API token with that key; failing that, an
 * unexpired OAuth access token, which must have the API scope among its scopes. `revoked` is not looked at.
 */
function accessQuery(generation: Generation, schema: string): string {
  const table = qualifyWith(schema);
  const permissions = permissionSql(generation, table);
  const isLive = (token: string) =>
    `(NOT ${token}.expiring OR ${token}.expires IS NULL OR ${token}.expires >= $2::timestamptz)`;
  const stageOf = (grant: string) => `CASE
    WHEN ${grant}.object_pk ~ '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$'
    THEN ${grant}.object_pk::uuid END`;
  return `
    WITH ${viewPermission(table)}, asked AS (
      SELECT DISTINCT unnest((SELECT $1::text[])) AS token
    ), core AS (
      SELECT asked.token, live.user_id FROM asked
      CROSS JOIN LATERAL (
        SELECT t.user_id FROM ${table('authentik_core_token')} t
        WHERE t.key = asked.token AND t.intent = 'api' AND ${isLive('t')}
        ORDER BY t.token_uuid LIMIT 1
      ) live
    ), oauth AS (
      SELECT DISTINCT ON (o.token) o.token, o.user_id,
        '${API_SCOPE}' = ANY (string_to_array(o._scope, ' ')) AS "hasScope"
      FROM ${table('authentik_providers_oauth2_accesstoken')} o
      WHERE o.token IN (SELECT token FROM asked EXCEPT SELECT token FROM core)
        AND o._scope ILIKE '%${API_SCOPE}%' AND ${isLive('o')}
      ORDER BY o.token, o.id
    ), bearer AS (
      SELECT token, user_id FROM core
      UNION ALL
      SELECT token, user_id FROM oauth WHERE "hasScope"
    )
    SELECT bearer.token, u.id AS "userId", u.is_active AS "isActive",
      u.type = 'internal_service_account' AS "isInternalServiceAccount",
      ${permissions.isSuperuser('u.id')} AS "isSuperuser",
      ${permissions.hasGlobalView('u.id')} AS "hasGlobalView",
      EXISTS (
        SELECT FROM (${permissions.grantedStages('u.id')}) granted
        JOIN ${table('authentik_stages_password_passwordstage')} p ON p.stage_ptr_id = ${stageOf('granted')}
      ) AS "hasObjectView",
      ${permissions.generationHolds} AS "generationHolds"
    FROM bearer JOIN ${table('authentik_core_user')} u ON u.id = bearer.user_id`;
}

/** A grant counts only in the canonical lower-case spelling of its UUID: releases differ about others. */
function stagesQuery(generation: Generation, schema: string): string {
  const table = qualifyWith(schema);
  const permissions = permissionSql(generation, table);
  return `
    WITH ${viewPermission(table)}
    SELECT asked.position::integer AS position, ${STAGE_COLUMNS}
    FROM unnest((SELECT $1::uuid[]), (SELECT $2::integer[]))
      WITH ORDINALITY AS asked(stage_uuid, user_id, position)
    JOIN (${stageTables(table)}) ON p.stage_ptr_id = asked.stage_uuid
    ${joinFlows(table)}
    WHERE asked.user_id IS NULL
      OR s.stage_uuid::text IN (${permissions.grantedStages('asked.user_id')})
    ORDER BY asked.position, ${FLOW_ORDER}`;
}
