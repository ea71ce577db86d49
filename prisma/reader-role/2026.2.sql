-- The role that the service connects as, for authentik 2026.2 and later.
-- It may read the columns that the service reads, and nothing else.
--
-- Run this in authentik's database as the owner of its tables, the first time with CREATEROLE:
--   psql -1 -v ON_ERROR_STOP=1 -f 2026.2.sql
-- and then give the role a password, which is in no file:
--   ALTER ROLE authentik_stages_reader PASSWORD '…';
-- After an upgrade of authentik run the file of the new release: it leaves its own grants only.
--
-- The tables are those of the first schema of search_path. For a tenant other than the default
-- one, set it on the same connection before:
--   SET search_path TO t_acme;

DO $$
BEGIN
  -- Roles belong to the whole cluster: another database or tenant may have brought it already.
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'authentik_stages_reader') THEN
    CREATE ROLE authentik_stages_reader
      LOGIN NOINHERIT NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
    -- Against accidents only, since a client may switch it off; the guard is the missing grants.
    ALTER ROLE authentik_stages_reader SET default_transaction_read_only = on;
  END IF;
EXCEPTION
  -- Somebody else created it since we looked.
  WHEN duplicate_object OR unique_violation THEN NULL;
END
$$;

DO $$
BEGIN
  IF EXISTS (
    SELECT FROM pg_roles
    WHERE rolname = 'authentik_stages_reader'
      AND (rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls)
  ) THEN
    RAISE EXCEPTION 'authentik_stages_reader has rights that it must not have; drop the role first';
  END IF;
  EXECUTE format(
    'REVOKE ALL ON ALL TABLES IN SCHEMA %I FROM authentik_stages_reader', current_schema());
  EXECUTE format('REVOKE ALL ON SCHEMA %I FROM authentik_stages_reader', current_schema());
  EXECUTE format('GRANT USAGE ON SCHEMA %I TO authentik_stages_reader', current_schema());
END
$$;

-- Who is asking.
GRANT SELECT (token_uuid, key, intent, user_id, expires, expiring)
  ON authentik_core_token TO authentik_stages_reader;
GRANT SELECT (id, token, _scope, user_id, expires, expiring)
  ON authentik_providers_oauth2_accesstoken TO authentik_stages_reader;
GRANT SELECT (id, is_active, type) ON authentik_core_user TO authentik_stages_reader;

-- What they may see.
GRANT SELECT (group_uuid, is_superuser) ON authentik_core_group TO authentik_stages_reader;
GRANT SELECT (user_id, group_id) ON authentik_core_user_groups TO authentik_stages_reader;
GRANT SELECT (child_id, parent_id) ON authentik_core_groupparentage TO authentik_stages_reader;
GRANT SELECT (user_id, role_id) ON authentik_core_user_roles TO authentik_stages_reader;
GRANT SELECT (group_id, role_id) ON authentik_core_group_roles TO authentik_stages_reader;
GRANT SELECT (role_id, permission_id) ON guardian_rolemodelpermission TO authentik_stages_reader;
GRANT SELECT (role_id, permission_id, object_pk)
  ON guardian_roleobjectpermission TO authentik_stages_reader;
GRANT SELECT (id, content_type_id, codename) ON auth_permission TO authentik_stages_reader;
GRANT SELECT (id, app_label, model) ON django_content_type TO authentik_stages_reader;

-- The stage and the flows that it is bound to.
GRANT SELECT (stage_uuid, name) ON authentik_flows_stage TO authentik_stages_reader;
GRANT SELECT (
  stage_ptr_id, backends, configure_flow_id, failed_attempts_before_cancel
) ON authentik_stages_password_passwordstage TO authentik_stages_reader;
GRANT SELECT (
  flow_uuid, policybindingmodel_ptr_id, name, slug, title, designation,
  background, compatibility_mode, layout, denied_action
) ON authentik_flows_flow TO authentik_stages_reader;
GRANT SELECT (pbm_uuid, policy_engine_mode)
  ON authentik_policies_policybindingmodel TO authentik_stages_reader;
GRANT SELECT (target_id, stage_id, "order")
  ON authentik_flows_flowstagebinding TO authentik_stages_reader;
