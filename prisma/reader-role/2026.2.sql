-- The role that the service connects as, for authentik 2026.2 or later.
-- Written by `npm run generate` from prisma/schema.prisma.
--
-- The role may read the columns that the service reads, and nothing else. It cannot read tokens: a function tells it
-- which user a token stands for.
--
-- Run this in authentik's database as the owner of its tables:
--   psql -1 -v ON_ERROR_STOP=1 -f 2026.2.sql
-- Creating the role takes CREATEROLE, which the owner may lack. Then let an administrator run this line first:
--   CREATE ROLE authentik_stages_reader LOGIN NOINHERIT;
-- Afterwards give the role a password, which is in no file:
--   \password authentik_stages_reader
-- The file may be run again at any time. After an upgrade of authentik run the file of the new release.
--
-- The tables are those of the first schema of search_path. For a tenant other than the default one, set it before:
--   SET search_path TO t_acme;
--
-- To uninstall, run in each database: DROP SCHEMA authentik_stages CASCADE; DROP OWNED BY authentik_stages_reader;
-- and once: DROP ROLE authentik_stages_reader;

DO $$
BEGIN
  -- Roles belong to the whole cluster: another database or tenant may have created it already.
  IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'authentik_stages_reader') THEN
    CREATE ROLE authentik_stages_reader
      LOGIN NOINHERIT NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
  END IF;
EXCEPTION
  -- Somebody else has created it since we looked.
  WHEN duplicate_object OR unique_violation THEN NULL;
END
$$;

DO $$
BEGIN
  IF EXISTS (
    SELECT FROM pg_catalog.pg_roles
    WHERE rolname = 'authentik_stages_reader'
      AND (rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls)
  ) OR EXISTS (
    SELECT FROM pg_catalog.pg_auth_members m JOIN pg_catalog.pg_roles r ON r.oid = m.member
    WHERE r.rolname = 'authentik_stages_reader'
  ) THEN
    RAISE EXCEPTION 'authentik_stages_reader has rights that it must not have; drop the role first';
  END IF;
END
$$;

-- What the service asks for when it connects, for poolers that do not pass it on. A client may change these settings;
-- the guard is the missing grants.
DO $$
BEGIN
  ALTER ROLE authentik_stages_reader SET search_path = pg_catalog;
  ALTER ROLE authentik_stages_reader SET default_transaction_read_only = on;
  ALTER ROLE authentik_stages_reader SET default_transaction_isolation = 'read committed';
  ALTER ROLE authentik_stages_reader SET statement_timeout = '2s';
  ALTER ROLE authentik_stages_reader SET lock_timeout = '500ms';
  ALTER ROLE authentik_stages_reader SET jit = off;
EXCEPTION
  WHEN insufficient_privilege THEN
    RAISE NOTICE 'The settings of authentik_stages_reader are left as they are: changing them takes CREATEROLE.';
END
$$;

-- Takes back what the role was granted before, whatever it was.
DO $$
BEGIN
  EXECUTE pg_catalog.format('REVOKE ALL ON ALL TABLES IN SCHEMA %I FROM authentik_stages_reader', current_schema());
  EXECUTE pg_catalog.format('REVOKE ALL ON SCHEMA %I FROM authentik_stages_reader', current_schema());
  EXECUTE pg_catalog.format('GRANT USAGE ON SCHEMA %I TO authentik_stages_reader', current_schema());
END
$$;

-- Which user a token stands for. The function is named after the schema that it reads, and has the rights of its owner.
CREATE SCHEMA IF NOT EXISTS authentik_stages;
REVOKE ALL ON SCHEMA authentik_stages FROM PUBLIC;
GRANT USAGE ON SCHEMA authentik_stages TO authentik_stages_reader;

DO $do$
DECLARE
  signature text := pg_catalog.format(
    'authentik_stages.%I(text[], timestamp with time zone, boolean)', current_schema());
BEGIN
  EXECUTE pg_catalog.format($create$
CREATE OR REPLACE FUNCTION authentik_stages.%1$I(
  credentials text[], at_time timestamp with time zone, include_oauth boolean DEFAULT true
)
RETURNS TABLE (credential text, user_id integer)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 10
SET search_path = pg_catalog
AS $function$
#variable_conflict use_column
BEGIN
  -- pg_locks would show which pages of an index were read.
  IF current_setting('transaction_isolation') = 'serializable' THEN
    RAISE EXCEPTION 'Tokens are not looked up in a SERIALIZABLE transaction.';
  END IF;
  RETURN QUERY
  -- The caller's own collation could call other texts equal.
  WITH request (credentials, at_time, include_oauth) AS MATERIALIZED (
    SELECT $1 COLLATE pg_catalog."default", $2, $3
  ), asked AS (
    SELECT credential, CASE WHEN credential > part AND credential < part || 'zzzzzzzz' THEN part END AS part
    FROM request CROSS JOIN LATERAL unnest(credentials) AS credential
    CROSS JOIN LATERAL (SELECT left(credential, 8)) AS first (part)
  ), api AS (
    SELECT DISTINCT ON (credential) credential, t.user_id
    FROM asked CROSS JOIN LATERAL (
      SELECT * FROM %1$I.authentik_core_token
      WHERE key BETWEEN coalesce(part, credential) AND coalesce(part || 'zzzzzzzz', credential) OFFSET 0
    ) t
    WHERE t.key = credential AND t.intent = 'api'
      AND (NOT t.expiring OR t.expires IS NULL OR t.expires >= (SELECT at_time FROM request))
    ORDER BY credential, t.token_uuid
  ), oauth AS (
    SELECT DISTINCT ON (o.token) o.token AS credential, o.user_id, o._scope
    FROM %1$I.authentik_providers_oauth2_accesstoken o
    WHERE (SELECT include_oauth FROM request)
      AND o.token IN (SELECT unnest(credentials) FROM request EXCEPT SELECT credential FROM api)
      AND o._scope ILIKE '%%goauthentik.io/api%%'
      AND (NOT o.expiring OR o.expires IS NULL OR o.expires >= (SELECT at_time FROM request))
    ORDER BY o.token, o.id
  )
  SELECT credential, user_id FROM api
  UNION ALL
  SELECT credential, user_id FROM oauth
  WHERE 'goauthentik.io/api' = ANY (string_to_array(_scope, ' '));
END
$function$
$create$, current_schema());
  EXECUTE 'REVOKE ALL ON FUNCTION ' || signature || ' FROM PUBLIC';
  EXECUTE 'GRANT EXECUTE ON FUNCTION ' || signature || ' TO authentik_stages_reader';
END
$do$;

-- Who may see what.
GRANT SELECT (id, is_active, type)
  ON authentik_core_user TO authentik_stages_reader;
GRANT SELECT (group_uuid, is_superuser)
  ON authentik_core_group TO authentik_stages_reader;
GRANT SELECT (child_id, parent_id)
  ON authentik_core_groupparentage TO authentik_stages_reader;
GRANT SELECT (user_id, group_id)
  ON authentik_core_user_groups TO authentik_stages_reader;
GRANT SELECT (id, app_label, model)
  ON django_content_type TO authentik_stages_reader;
GRANT SELECT (id, content_type_id, codename)
  ON auth_permission TO authentik_stages_reader;
GRANT SELECT (user_id, role_id)
  ON authentik_core_user_roles TO authentik_stages_reader;
GRANT SELECT (group_id, role_id)
  ON authentik_core_group_roles TO authentik_stages_reader;
GRANT SELECT (role_id, permission_id)
  ON guardian_rolemodelpermission TO authentik_stages_reader;
GRANT SELECT (role_id, permission_id, object_pk)
  ON guardian_roleobjectpermission TO authentik_stages_reader;

-- The stages, and the flows that they are bound to.
GRANT SELECT (stage_uuid, name)
  ON authentik_flows_stage TO authentik_stages_reader;
GRANT SELECT (stage_ptr_id, backends, configure_flow_id, failed_attempts_before_cancel, allow_show_password)
  ON authentik_stages_password_passwordstage TO authentik_stages_reader;
GRANT SELECT (flow_uuid, policybindingmodel_ptr_id, name, slug, title, designation, background, compatibility_mode, layout, denied_action)
  ON authentik_flows_flow TO authentik_stages_reader;
GRANT SELECT (pbm_uuid, policy_engine_mode)
  ON authentik_policies_policybindingmodel TO authentik_stages_reader;
GRANT SELECT ON authentik_flows_flowstagebinding TO authentik_stages_reader;

-- How long a page of a list is. The table is in authentik's main schema only.
DO $$
DECLARE
  main text;
BEGIN
  SELECT n.nspname INTO main
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relname = 'authentik_tenants_tenant' AND c.relkind IN ('r', 'p')
  ORDER BY n.nspname <> current_schema(), n.nspname <> 'public', n.nspname LIMIT 1;
  IF main IS NOT NULL THEN
    EXECUTE pg_catalog.format('GRANT USAGE ON SCHEMA %I TO authentik_stages_reader', main);
    EXECUTE pg_catalog.format('GRANT SELECT (schema_name, pagination_default_page_size, pagination_max_page_size) ON %I.authentik_tenants_tenant TO authentik_stages_reader', main);
  END IF;
END
$$;
