/** authentik's rules of which user a credential stands for, as the one SQL text that the service and the role files share. */

/** The schema and role that prisma/reader-role creates. */
export const FUNCTION_SCHEMA = 'authentik_stages';
export const READER_ROLE = 'authentik_stages_reader';

/**
 * Continues `WITH request (credentials, at_time, include_oauth) AS MATERIALIZED (…),`, so that plans do not depend on it,
 * and returns `credential` and `user_id` for each one in force. The parameters are the two tables, qualified and quoted.
 *
 * The lowest token in force counts, since keys are not unique. An API token hides an OAuth token with the same text. Of
 * OAuth tokens, the first one whose scopes contain the API's as text must have it as a scope of its own; `revoked` does
 * not matter. No type or function is named that a temporary object of the caller could replace: in the role file's
 * function this runs with the rights of the tables' owner.
 *
 * Which pages of the index on keys a query reads shows where in their order it looks, and whoever looks often enough would
 * find one. So it looks by the first eight characters only, or by the whole of what is shorter or sorts behind all letters
 * and digits that may follow. `OFFSET 0` keeps the planner from using the rest.
 */
export function bearerSql(tokens: string, accessTokens: string): string {
  return `asked AS (
    SELECT credential, CASE WHEN credential > part AND credential < part || 'zzzzzzzz' THEN part END AS part
    FROM request CROSS JOIN LATERAL unnest(credentials) AS credential
    CROSS JOIN LATERAL (SELECT left(credential, 8)) AS first (part)
  ), api AS (
    SELECT DISTINCT ON (credential) credential, t.user_id
    FROM asked CROSS JOIN LATERAL (
      SELECT * FROM ${tokens}
      WHERE key BETWEEN coalesce(part, credential) AND coalesce(part || 'zzzzzzzz', credential) OFFSET 0
    ) t
    WHERE t.key = credential AND t.intent = 'api'
      AND (NOT t.expiring OR t.expires IS NULL OR t.expires >= (SELECT at_time FROM request))
    ORDER BY credential, t.token_uuid
  ), oauth AS (
    SELECT DISTINCT ON (o.token) o.token AS credential, o.user_id, o._scope
    FROM ${accessTokens} o
    WHERE (SELECT include_oauth FROM request)
      AND o.token IN (SELECT unnest(credentials) FROM request EXCEPT SELECT credential FROM api)
      AND o._scope ILIKE '%goauthentik.io/api%'
      AND (NOT o.expiring OR o.expires IS NULL OR o.expires >= (SELECT at_time FROM request))
    ORDER BY o.token, o.id
  )
  SELECT credential, user_id FROM api
  UNION ALL
  SELECT credential, user_id FROM oauth
  WHERE 'goauthentik.io/api' = ANY (string_to_array(_scope, ' '))`;
}
