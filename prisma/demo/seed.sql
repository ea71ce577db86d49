-- What a fresh installation of authentik 2024.6 holds, as far as this service reads it, and demo
-- users to try each response with. Applied once, in one transaction, right after tables.sql.

WITH flow (flow_uuid, pbm_uuid, slug, name, title, designation, authentication) AS (
  VALUES
    (uuid 'f901338e-6dd0-416b-94e8-b3105259ff21', uuid 'd7c038c8-16d4-435d-8edd-f6f55999fa0c',
     'default-authentication-flow',
     'Welcome to authentik!', 'Welcome to authentik!', 'authentication', 'none'),
    ('63d6a35d-4435-4f6a-91c6-9e5c597120b1', '918b11f4-1079-498e-b431-4e213817cb47',
     'default-authenticator-static-setup',
     'default-authenticator-static-setup', 'Setup Static OTP Tokens', 'stage_configuration', 'require_authenticated'),
    ('92185be8-ff92-4b68-8879-ab35c8548af8', '354b9d97-9590-41be-b8d2-265b039fd773',
     'default-authenticator-totp-setup',
     'default-authenticator-totp-setup', 'Setup Two-Factor authentication', 'stage_configuration', 'require_authenticated'),
    ('99e67295-ad83-4a47-96b1-550d643db142', '6cd7a316-cb24-42af-8380-b96431c780bd',
     'default-authenticator-webauthn-setup',
     'default-authenticator-webauthn-setup', 'Setup WebAuthn', 'stage_configuration', 'require_authenticated'),
    ('e5c6cb12-b00e-45f3-a5e3-8336e835861c', '9d157882-27d2-4401-96a2-f3dc6de35cf8',
     'default-invalidation-flow',
     'Logout', 'Default Invalidation Flow', 'invalidation', 'none'),
    ('71b14eb6-09e5-4a3c-a8c3-4dfdb1b5ebef', 'cce8a3ba-934b-4baf-829f-d00a30b62719',
     'default-password-change',
     'Change Password', 'Change password', 'stage_configuration', 'require_authenticated'),
    ('fc53c762-b6f9-4cee-a857-60b9067d6c26', 'd90043b2-6419-4d35-9c6f-46e4fdc0feb0',
     'default-provider-authorization-explicit-consent',
     'Authorize Application', 'Redirecting to %(app)s', 'authorization', 'require_authenticated'),
    ('158eaee0-a07c-4295-9dae-801ba1f5268c', '5a424ed1-050b-4f8e-8dad-85ad920ce296',
     'default-provider-authorization-implicit-consent',
     'Authorize Application', 'Redirecting to %(app)s', 'authorization', 'require_authenticated'),
    ('c4a8fee5-33f6-472a-b22e-e91e463c7d88', '57900693-8c03-4937-8e64-7555223712a4',
     'default-source-authentication',
     'Welcome to authentik!', 'Welcome to authentik!', 'authentication', 'require_unauthenticated'),
    ('db1e043a-9fc4-4035-b559-68edd9b5721c', '982763ea-6fa5-42ea-857e-bcd7859eadf7',
     'default-source-enrollment',
     'Welcome to authentik! Please select a username.',
     'Welcome to authentik! Please select a username.', 'enrollment', 'none'),
    ('df496205-4a84-42e7-acd3-0ab8ea914468', 'f4f5e469-a187-4f2b-87bc-e6764d5e32b1',
     'default-source-pre-authentication',
     'Pre-Authentication', 'Pre-authentication', 'stage_configuration', 'none'),
    ('73597704-4f24-4c2e-bde4-81decbd3435e', '9bf6d7a6-0477-446e-9e34-a9c904d53e0b',
     'default-user-settings-flow',
     'User settings', 'Update your info', 'stage_configuration', 'require_authenticated'),
    ('cf4a83c9-0b10-465a-a531-f36e7283a37e', '8e17a190-9f2c-4039-b143-08802f27dd68',
     'initial-setup',
     'default-oobe-setup', 'Welcome to authentik!', 'stage_configuration', 'none')
), models AS (
  INSERT INTO authentik_policies_policybindingmodel (pbm_uuid, policy_engine_mode)
  SELECT pbm_uuid, 'any' FROM flow
)
INSERT INTO authentik_flows_flow (
  flow_uuid, policybindingmodel_ptr_id, slug, name, title, designation, authentication,
  background, compatibility_mode, layout, denied_action
)
SELECT flow_uuid, pbm_uuid, slug, name, title, designation, authentication,
  '', false, 'stacked', 'message_continue'
FROM flow;

INSERT INTO authentik_flows_stage (stage_uuid, name) VALUES
  ('4067e9cc-bbb8-4846-9c86-cb2dcf01a8cb', 'default-authentication-identification'),
  ('7abcedbb-ffe3-4009-970f-84fc06e75cce', 'default-authentication-password'),
  ('f31840dd-c94d-47ad-b993-ac29d75cbfff', 'default-authentication-mfa-validation'),
  ('35169257-8182-49c2-9449-0e94d370af28', 'default-authentication-login'),
  ('a1917e86-8457-4546-a02b-d4a04248b1b8', 'default-authenticator-static-setup'),
  ('a65843b8-dd11-42f2-b716-55b7e1284ea5', 'default-authenticator-totp-setup'),
  ('84b52533-f745-4c08-886f-fbd6aec9fc33', 'default-authenticator-webauthn-setup'),
  ('87ec94d2-96f0-4803-b053-62df8992ce1f', 'default-invalidation-logout'),
  ('cf4339b5-6f67-45e3-9387-59d710b579b7', 'default-password-change-prompt'),
  ('5bdf79e4-bb8a-4f63-8b00-f9ef10adf776', 'default-password-change-write'),
  ('f0310af0-ee0c-4daa-ac45-c8cc998f7094', 'default-provider-authorization-consent'),
  ('b76b8a73-1148-4550-a3ab-515df598c769', 'default-source-authentication-login'),
  ('30987f35-c83b-4ac6-96ee-a5b71de84cdf', 'default-source-enrollment-prompt'),
  ('5af50bf2-150c-4535-9b1e-4b7d7bdf48a0', 'default-source-enrollment-write'),
  ('2c0d1d9a-8b88-42f9-a26c-2337107a8d76', 'default-source-enrollment-login'),
  ('091bb32b-c59b-407c-8191-71e987947271', 'default-user-settings'),
  ('57702b67-cbf1-4930-8386-20ec0f536e33', 'default-user-settings-write'),
  ('d7123fa3-6a88-4c7f-aa01-f7a251f60b89', 'stage-default-oobe-password');

INSERT INTO authentik_stages_password_passwordstage (
  stage_ptr_id, backends, configure_flow_id, failed_attempts_before_cancel
)
SELECT stage_uuid, ARRAY[
    'authentik.core.auth.InbuiltBackend',
    'authentik.sources.ldap.auth.LDAPBackend',
    'authentik.core.auth.TokenBackend'
  ], flow_uuid, 5
FROM authentik_flows_stage stage, authentik_flows_flow flow
WHERE stage.name = 'default-authentication-password' AND flow.slug = 'default-password-change';

WITH binding (fsb_uuid, pbm_uuid, flow_slug, "order", stage_name, evaluate_on_plan) AS (
  VALUES
    (uuid '71c845eb-bd97-475e-a604-c548eea73145', uuid '925b5534-8965-4a54-b33b-2492d22e1936',
     'default-authentication-flow', 10, 'default-authentication-identification', false),
    ('39888a2f-e250-4a0f-b2b9-a02c8650ee89', '353a580c-816c-453b-94d2-5ed46869ff97',
     'default-authentication-flow', 20, 'default-authentication-password', false),
    ('dc5e9d59-b90d-40da-89e3-4839bf20710b', '464ff406-d1e1-425e-b380-6ac9c19bdd3a',
     'default-authentication-flow', 30, 'default-authentication-mfa-validation', false),
    ('b31de4b2-5762-4b84-8c5c-7ed78f2f7c98', 'f3e00102-8bb3-44e3-9b9a-df3ac93413d5',
     'default-authentication-flow', 100, 'default-authentication-login', false),
    ('aca8dc8e-2969-432e-9cd3-959446765f9c', '67681a8e-3b47-4a3a-b471-59e5e5123ae8',
     'default-authenticator-static-setup', 0, 'default-authenticator-static-setup', false),
    ('4ed40125-84b0-493c-b0c3-4e1756287520', 'f98fa48e-ddae-4b2b-a9b0-9fa1aee57cd5',
     'default-authenticator-totp-setup', 0, 'default-authenticator-totp-setup', false),
    ('a26a7ad6-9afd-4ee9-9e45-57b66770da53', 'c2aec3f6-bbd5-4118-9b13-a60ecfcd1ec8',
     'default-authenticator-webauthn-setup', 0, 'default-authenticator-webauthn-setup', false),
    ('befaa420-9a5b-44fe-a95e-56b297b0e65c', 'fee0d154-89d3-48c2-83a3-af3ed3db1177',
     'default-invalidation-flow', 0, 'default-invalidation-logout', false),
    ('2159a716-6ea6-496a-898d-21a2c141cb8d', 'a41bc5d3-d549-4518-b991-63d8bada9220',
     'default-password-change', 0, 'default-password-change-prompt', false),
    ('b37777f2-f4d7-4e99-b03c-efce26030f5e', 'f5e31a8e-0533-4fd7-ad31-bc0a70a0df74',
     'default-password-change', 1, 'default-password-change-write', false),
    ('84b2bfb7-9257-4958-b212-7b4144316c71', 'a8484210-b72b-4bac-872f-6b2006adcfe4',
     'default-provider-authorization-explicit-consent', 0, 'default-provider-authorization-consent', false),
    ('048ca546-a236-4a6d-ac3d-701d0971e44c', '52347bbd-50c8-44a0-b66e-8f682e62afbe',
     'default-source-authentication', 0, 'default-source-authentication-login', false),
    ('6c5569b8-143b-4ad6-8cb7-a1bed778367b', 'd621bc55-64d6-4e5f-8d92-8f8cbe074fdd',
     'default-source-enrollment', 0, 'default-source-enrollment-prompt', false),
    ('c1d13db1-4fed-49bf-804e-6ebf812c4292', 'dc00eb15-4800-4658-b738-8cacc3f58a9b',
     'default-source-enrollment', 1, 'default-source-enrollment-write', false),
    ('43e7785b-7d09-4465-8f8e-1b01c87cb5dd', 'cc323854-bee3-40ba-8692-5734d4964087',
     'default-source-enrollment', 2, 'default-source-enrollment-login', false),
    ('494ad7fc-7bf9-4dac-93e6-35b43ef1899a', '86b711f8-9881-45d1-8659-431f319afa78',
     'default-user-settings-flow', 20, 'default-user-settings', false),
    ('d0c135e5-4503-4743-8716-019fc3763004', '65b6e2a9-eae4-49a1-96ad-1162a599c491',
     'default-user-settings-flow', 100, 'default-user-settings-write', false),
    ('abf5bb7b-20c8-4908-bc0b-f5a7bc3a22fd', '83b79a97-a4fb-4bda-89f0-cf747723a564',
     'initial-setup', 10, 'stage-default-oobe-password', true),
    ('3df936f9-890e-4c04-9bfc-81b17ec3fbe2', '90158a98-7f4f-425a-ae19-e60429dc9fba',
     'initial-setup', 20, 'default-password-change-write', false),
    ('4f5a6419-f132-467c-98a1-b12f70664d98', 'ede2a9de-4020-4e3b-9c39-72cba1a67852',
     'initial-setup', 100, 'default-authentication-login', true)
), models AS (
  INSERT INTO authentik_policies_policybindingmodel (pbm_uuid, policy_engine_mode)
  SELECT pbm_uuid, 'any' FROM binding
)
INSERT INTO authentik_flows_flowstagebinding (
  fsb_uuid, policybindingmodel_ptr_id, target_id, stage_id, "order",
  evaluate_on_plan, re_evaluate_policies, invalid_response_action
)
SELECT fsb_uuid, pbm_uuid, flow_uuid, stage_uuid, "order",
  evaluate_on_plan, NOT evaluate_on_plan, 'retry'
FROM binding
JOIN authentik_flows_flow flow ON flow.slug = flow_slug
JOIN authentik_flows_stage stage ON stage.name = stage_name;

-- Not in a fresh installation: a second password stage, bound to no flow, which the single-stage
-- user may not see: they get 404, exactly as for a stage that does not exist.
INSERT INTO authentik_flows_stage (stage_uuid, name) VALUES
  ('639bacda-c87f-4513-ba0e-5df8b3684c6c', 'demo-second-password');
INSERT INTO authentik_stages_password_passwordstage (
  stage_ptr_id, backends, configure_flow_id, failed_attempts_before_cancel
) VALUES
  ('639bacda-c87f-4513-ba0e-5df8b3684c6c', '{authentik.core.auth.InbuiltBackend}', NULL, 3);

INSERT INTO authentik_brands_brand (brand_uuid, domain, "default") VALUES
  ('a847db8d-8d73-4409-8309-86a12bc537a2', 'authentik-default', true);

INSERT INTO django_content_type (app_label, model) VALUES
  ('authentik_flows', 'stage'),
  ('authentik_stages_password', 'passwordstage');

-- view_stage is a decoy: it does not allow to view a password stage.
INSERT INTO auth_permission (content_type_id, codename, name)
SELECT type.id, permission.codename, permission.name
FROM django_content_type type
JOIN (
  VALUES
    ('stage', 'view_stage', 'Can view stage'),
    ('passwordstage', 'add_passwordstage', 'Can add Password Stage'),
    ('passwordstage', 'change_passwordstage', 'Can change Password Stage'),
    ('passwordstage', 'delete_passwordstage', 'Can delete Password Stage'),
    ('passwordstage', 'view_passwordstage', 'Can view Password Stage')
) permission (model, codename, name) USING (model);

-- A password that starts with an exclamation mark is one that nobody can sign in with.
INSERT INTO authentik_core_user (
  uuid, username, name, email, password, password_change_date, date_joined,
  first_name, last_name, is_active, attributes, path, type
)
SELECT uuid, username, name, email, '!' || md5(username), now(), now(),
  '', '', true, '{}', 'users', type
FROM (
  VALUES
    (uuid '49094fa0-0606-44fb-8c50-eec54fb6a5f8', 'AnonymousUser', '', '', 'internal'),
    ('751e11b0-d1a5-4d26-b5b7-f10d8b57e8aa', 'akadmin', 'authentik Default Admin', 'root@example.com', 'internal'),
    ('0605678c-59ef-4190-9038-7a8cf404f6f6', 'demo-auditor', 'May view every stage', '', 'service_account'),
    ('1228e4d1-6a7a-4689-91f6-cdd7315d780f', 'demo-single-stage', 'May view one stage', '', 'service_account'),
    ('3baa86d0-8694-4fcb-a98a-65f5479ae6a9', 'demo-no-permission', 'May view nothing', '', 'service_account')
) account (uuid, username, name, email, type);

INSERT INTO authentik_core_group (group_uuid, name, attributes, parent_id, is_superuser) VALUES
  ('f62f4765-7b55-4fec-83b4-7bb73b31eb69', 'authentik Admins', '{}', NULL, true),
  ('cd810c2c-4966-484f-a504-f4f0b0821ea7', 'demo-auditors', '{}', NULL, false);

INSERT INTO authentik_core_user_ak_groups (user_id, group_id)
SELECT u.id, g.group_uuid
FROM (VALUES ('akadmin', 'authentik Admins'), ('demo-auditor', 'demo-auditors'))
  membership (username, group_name)
JOIN authentik_core_user u USING (username)
JOIN authentik_core_group g ON g.name = group_name;

-- A role as authentik leaves it: with an auth_group of its own that holds the permission, assigned
-- to a group, and each member of that group mirrored into the auth_group.
INSERT INTO auth_group (name) VALUES ('demo-audit');
INSERT INTO authentik_rbac_role (uuid, name, group_id)
SELECT '35c2a6bf-1f9a-4a59-8128-68d7b209355f', name, id FROM auth_group WHERE name = 'demo-audit';
INSERT INTO authentik_core_group_roles (group_id, role_id)
SELECT g.group_uuid, r.uuid FROM authentik_core_group g, authentik_rbac_role r
WHERE g.name = 'demo-auditors' AND r.name = 'demo-audit';
INSERT INTO auth_group_permissions (group_id, permission_id)
SELECT g.id, p.id FROM auth_group g, auth_permission p
WHERE g.name = 'demo-audit' AND p.codename = 'view_passwordstage';
INSERT INTO authentik_core_user_groups (user_id, group_id)
SELECT u.id, g.id FROM authentik_core_user u, auth_group g
WHERE u.username = 'demo-auditor' AND g.name = 'demo-audit';

INSERT INTO guardian_userobjectpermission (user_id, permission_id, content_type_id, object_pk)
SELECT u.id, p.id, p.content_type_id, s.stage_uuid::text
FROM authentik_core_user u, auth_permission p, authentik_flows_stage s
WHERE u.username = 'demo-single-stage' AND p.codename = 'view_passwordstage'
  AND s.name = 'default-authentication-password';

-- The start message and the reference page read these tokens from here: keep one on each line.
INSERT INTO authentik_core_token (
  token_uuid, identifier, key, intent, user_id, expires, expiring, description
)
SELECT token_uuid, key, key, 'api', u.id, NULL, false, description
FROM (
  VALUES
    (uuid '7985fa96-4471-43c7-8b39-94c6fa68ce55', 'demo-administrator-token', 'akadmin', 'may view every stage, as a superuser'),
    ('7261c9ad-26cb-422d-ac6a-a79dc8d57f81', 'demo-auditor-token', 'demo-auditor', 'may view every stage, through a role'),
    ('43b74d86-4d8b-43a2-a823-1c654898c7c5', 'demo-single-stage-token', 'demo-single-stage', 'may view the stage default-authentication-password only'),
    ('7502ac22-fd38-4f49-b113-680ed1b29334', 'demo-no-permission-token', 'demo-no-permission', 'may view no stage')
) token (token_uuid, key, username, description)
JOIN authentik_core_user u USING (username);
