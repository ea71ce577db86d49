-- Fills authentik's tables in bulk. The settings bench.* give the sizes; requests.ts knows the same identities.
-- Nothing is random: equal sizes make equal rows.

-- What a fresh installation has in these tables, so that looking a permission up is as hard as there.
INSERT INTO django_content_type (app_label, model)
SELECT 'app_' || n / 10, 'model_' || n FROM generate_series(1, 120) n
UNION ALL VALUES ('authentik_stages_password', 'passwordstage');
INSERT INTO auth_permission (content_type_id, codename, name)
SELECT id, action || '_' || model, 'Can ' || action
FROM django_content_type, unnest(ARRAY['add', 'change', 'delete', 'view']) action;

-- Two chains of groups. Superusers are in the last group of the first chain, everyone else in that of the second.
INSERT INTO authentik_core_group (group_uuid, name, attributes, parent_id, is_superuser)
SELECT md5(chain || depth)::uuid, chain || depth, '{}',
  CASE WHEN depth > 1 THEN md5(chain || depth - 1)::uuid END,
  chain = 'admins ' AND depth = 1
FROM unnest(ARRAY['admins ', 'staff ']) chain,
  generate_series(1, current_setting('bench.group_depth')::integer) depth;

INSERT INTO authentik_core_user (
  id, uuid, username, name, email, password, password_change_date, date_joined,
  first_name, last_name, is_active, attributes, path, type
)
SELECT n, md5('user ' || n)::uuid, 'user-' || n, 'User ' || n, 'user-' || n || '@example.com',
  'pbkdf2_sha256$600000$' || md5('salt ' || n) || md5('hash ' || n), now(), now(),
  '', '', true, '{"settings": {"locale": ""}}', 'users', 'internal'
FROM generate_series(0, current_setting('bench.users')::integer - 1) n;
INSERT INTO authentik_core_user_ak_groups (user_id, group_id)
SELECT id, md5(
    CASE WHEN id % 4 = 0 THEN 'admins ' ELSE 'staff ' END || current_setting('bench.group_depth')
  )::uuid
FROM authentik_core_user;

-- A quarter each: superusers, members of a role, users with the permission itself, and with grants of single stages.
INSERT INTO auth_group (id, name) VALUES (1, 'viewers');
INSERT INTO auth_group_permissions (group_id, permission_id)
SELECT 1, id FROM auth_permission WHERE codename LIKE 'view_%';
INSERT INTO authentik_core_user_groups (user_id, group_id)
SELECT id, 1 FROM authentik_core_user WHERE id % 4 = 1;
INSERT INTO authentik_core_user_user_permissions (user_id, permission_id)
SELECT u.id, p.id FROM authentik_core_user u, auth_permission p
WHERE u.id % 4 = 2 AND p.codename = 'view_passwordstage';
INSERT INTO guardian_userobjectpermission (user_id, permission_id, content_type_id, object_pk)
SELECT u.id, p.id, p.content_type_id, md5(
    'stage ' || (u.id * 7 + granted * 3) % current_setting('bench.stages')::integer
  )::uuid
FROM authentik_core_user u, auth_permission p, generate_series(0, 2) granted
WHERE u.id % 4 = 3 AND p.codename = 'view_passwordstage'
ON CONFLICT DO NOTHING;

INSERT INTO authentik_core_token (
  token_uuid, identifier, key, intent, user_id, expires, expiring, description
)
SELECT md5('token_uuid ' || id)::uuid, 'token-' || id, md5('token ' || id) || md5('token ' || id || ' end'),
  'api', id, now() + interval '1 year', true, ''
FROM authentik_core_user;
INSERT INTO authentik_providers_oauth2_accesstoken (
  expires, expiring, revoked, _scope, token, _id_token, provider_id, user_id, auth_time, session_id
)
SELECT now() + interval '1 year', true, false, 'openid profile email goauthentik.io/api',
  'eyJ.' || repeat(md5('oauth ' || n), 24), '{}', 1, n % current_setting('bench.users')::integer, now(), md5('session ' || n)
FROM generate_series(0, current_setting('bench.oauth_tokens')::integer - 1) n;

-- As many flows as the stages need, at least a hundred; a stage is bound to neighbouring ones. Whatever policies are bound
-- to has the UUID of its model.
CREATE TEMPORARY TABLE flow AS
SELECT n, md5('flow ' || n)::uuid AS uuid
FROM generate_series(0, greatest(100, current_setting('bench.flows_per_stage')::integer) - 1) n;
CREATE TEMPORARY TABLE binding AS
SELECT md5('binding ' || stage || ' ' || place)::uuid AS uuid, md5('stage ' || stage)::uuid AS stage_uuid,
  flow.uuid AS flow_uuid, place
FROM generate_series(0, current_setting('bench.stages')::integer - 1) stage
CROSS JOIN generate_series(0, current_setting('bench.flows_per_stage')::integer - 1) place
JOIN flow ON flow.n = (stage + place) % (SELECT count(*) FROM flow);
INSERT INTO authentik_policies_policybindingmodel (pbm_uuid, policy_engine_mode)
SELECT uuid, CASE WHEN n % 2 = 0 THEN 'any' ELSE 'all' END FROM flow
UNION ALL SELECT uuid, 'any' FROM binding;
INSERT INTO authentik_flows_flow (
  flow_uuid, policybindingmodel_ptr_id, slug, name, title, designation, authentication,
  background, compatibility_mode, layout, denied_action
)
SELECT uuid, uuid, 'flow-' || n, 'Flow ' || n, 'Welcome to flow ' || n || '!', 'authentication', 'none',
  CASE WHEN n % 2 = 0 THEN '' ELSE 'flow-backgrounds/image-' || n || '.png' END, n % 3 = 0, 'stacked', 'message_continue'
FROM flow;

INSERT INTO authentik_flows_stage (stage_uuid, name)
SELECT md5('stage ' || n)::uuid, 'stage-' || n
FROM generate_series(0, current_setting('bench.stages')::integer - 1) n;
INSERT INTO authentik_stages_password_passwordstage (
  stage_ptr_id, backends, configure_flow_id, failed_attempts_before_cancel
)
SELECT stage_uuid, ARRAY[
    'authentik.core.auth.InbuiltBackend',
    'authentik.sources.ldap.auth.LDAPBackend',
    'authentik.core.auth.TokenBackend'
  ], md5('flow 0')::uuid, 5
FROM authentik_flows_stage;
INSERT INTO authentik_flows_flowstagebinding (
  fsb_uuid, policybindingmodel_ptr_id, target_id, stage_id, "order",
  evaluate_on_plan, re_evaluate_policies, invalid_response_action
)
SELECT uuid, uuid, flow_uuid, stage_uuid, 10 * place, false, true, 'retry' FROM binding;
