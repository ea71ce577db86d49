/** authentik's rules of which user a credential stands for, as the one SQL text that the service and the role files share. */

/** The schema and role that prisma/reader-role creates. */
export const FUNCTION_SCHEMA = 'authentik_stages';
export const READER_ROLE = 'authentik_stages_reader';

/**
 * Continues `WITH request (credentials, at_time, include_oauth) AS (…),` and returns `credential` and `user_id` for each
 * credential in force. The parameters are the two tables, qualified and quoted.
 *
 * The lowest token in force counts, since keys are not unique. An API token hides an OAuth token with the same text. Of
 * OAuth tokens, the first one whose scopes contain the API's as text must have it as a scope of its own; `revoked` does
 * not matter. No type or function is named that a temporary object of the caller could replace: in the role file's
 * function this runs with the rights of the tables' owner.
 */
export function bearerSql(tokens: string, accessTokens: string): string {
  return `api AS (
    SELECT DISTINCT ON (t.key) t.key AS credential, t.user_id
    FROM request JOIN ${tokens} t ON t.key = ANY (request.credentials)
    WHERE t.intent = 'api' AND (NOT t.expiring OR t.expires IS NULL OR t.expires >= request.at_time)
    ORDER BY t.key, t.token_uuid
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
