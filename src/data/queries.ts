/** The statements that answer requests: tokens to facts about their users, and stages to rows. */
import type { Generation } from '../domain/generation.js';
import {
  type PermissionSql,
  permissionSql,
  type QualifyTable,
  qualifyWith,
  viewPermission,
} from './access-sql.js';
import { FLOW_ORDER, joinFlows, STAGE_COLUMNS, stageTables } from './stage-sql.js';

/** SQL texts for one generation in one schema. They never change, so that each is prepared once. */
export interface Queries {
  /** $1 text[]: tokens, $2 timestamptz: now. One row for each that is an API token in force. */
  readonly apiTokens: string;
  /** The same for OAuth access tokens. */
  readonly accessTokens: string;
  /** $1 uuid[]: stages, $2 integer[]: for each the user whose grants decide, or null for any. */
  readonly stages: string;
}

/*
 * Arrays come through a SELECT, so that the planner cannot look into them: it would make a new plan for each request,
 * at several times the cost of running it, where one plan serves all.
 */
export function queriesFor(generation: Generation, schema: string): Queries {
  const table = qualifyWith(schema);
  const permissions = permissionSql(generation, table);
  return {
    apiTokens: accessQuery(apiTokens(table), permissions, table),
    accessTokens: accessQuery(accessTokens(table), permissions, table),
    stages: stagesQuery(permissions, table),
  };
}

const API_SCOPE = 'goauthentik.io/api';

const isInForce = (token: string) =>
  `(NOT ${token}.expiring OR ${token}.expires IS NULL OR ${token}.expires >= $2::timestamptz)`;

/** Keys are not unique: the lowest token in force counts, as in authentik. */
function apiTokens(table: QualifyTable): string {
  return `SELECT asked.token, lowest.user_id FROM asked
      CROSS JOIN LATERAL (
        SELECT t.user_id FROM ${table('authentik_core_token')} t
        WHERE t.key = asked.token AND t.intent = 'api' AND ${isInForce('t')}
        ORDER BY t.token_uuid LIMIT 1
      ) lowest`;
}

/**
 * As in authentik, the first one whose scopes contain the API's as text must have it as a scope of its own, and
 * `revoked` is not looked at.
 */
function accessTokens(table: QualifyTable): string {
  return `SELECT first.token, first.user_id FROM (
        SELECT DISTINCT ON (o.token) o.token, o.user_id, o._scope
        FROM ${table('authentik_providers_oauth2_accesstoken')} o
        WHERE o.token IN (SELECT token FROM asked)
          AND o._scope ILIKE '%${API_SCOPE}%' AND ${isInForce('o')}
        ORDER BY o.token, o.id
      ) first
      WHERE '${API_SCOPE}' = ANY (string_to_array(first._scope, ' '))`;
}

/** `bearer` selects the token and user_id of those among `asked` that are good. */
function accessQuery(bearer: string, permissions: PermissionSql, table: QualifyTable): string {
  const stageOf = (grant: string) => `CASE
    WHEN ${grant}.object_pk ~ '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$'
    THEN ${grant}.object_pk::uuid END`;
  return `
    WITH ${viewPermission(table)}, asked AS (
      SELECT DISTINCT unnest((SELECT $1::text[])) AS token
    ), bearer AS (
      ${bearer}
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
function stagesQuery(permissions: PermissionSql, table: QualifyTable): string {
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
