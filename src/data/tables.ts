/** The tables and columns that we read in each permission model: the whole of our need, and nothing else. */
import type { Generation } from '../domain/generation.js';

/** PostgreSQL types that a column may have, by the name that `format_type` gives without modifiers. */
const TYPES = {
  uuid: ['uuid'],
  integer: ['integer'],
  boolean: ['boolean'],
  time: ['timestamp with time zone'],
  text: ['text', 'character varying'],
  texts: ['text[]'],
} as const;

export type ColumnKind = keyof typeof TYPES;
export type Tables = Readonly<Record<string, Readonly<Record<string, ColumnKind>>>>;

export function fitsKind(type: string, kind: ColumnKind): boolean {
  return (TYPES[kind] as readonly string[]).includes(type.replace(/\(\d+\)$/, ''));
}

const COMMON = {
  authentik_core_token: {
    token_uuid: 'uuid',
    key: 'text',
    intent: 'text',
    user_id: 'integer',
    expires: 'time',
    expiring: 'boolean',
  },
  authentik_providers_oauth2_accesstoken: {
    id: 'integer',
    token: 'text',
    _scope: 'text',
    user_id: 'integer',
    expires: 'time',
    expiring: 'boolean',
  },
  authentik_core_user: { id: 'integer', is_active: 'boolean', type: 'text' },
  authentik_core_group: { group_uuid: 'uuid', is_superuser: 'boolean' },
  auth_permission: { id: 'integer', content_type_id: 'integer', codename: 'text' },
  django_content_type: { id: 'integer', app_label: 'text', model: 'text' },
  authentik_flows_stage: { stage_uuid: 'uuid', name: 'text' },
  authentik_stages_password_passwordstage: {
    stage_ptr_id: 'uuid',
    backends: 'texts',
    configure_flow_id: 'uuid',
    failed_attempts_before_cancel: 'integer',
  },
  authentik_flows_flow: {
    flow_uuid: 'uuid',
    policybindingmodel_ptr_id: 'uuid',
    name: 'text',
    slug: 'text',
    title: 'text',
    designation: 'text',
    background: 'text',
    compatibility_mode: 'boolean',
    layout: 'text',
    denied_action: 'text',
  },
  authentik_policies_policybindingmodel: { pbm_uuid: 'uuid', policy_engine_mode: 'text' },
  authentik_flows_flowstagebinding: { target_id: 'uuid', stage_id: 'uuid', order: 'integer' },
} satisfies Tables;

const DJANGO = {
  authentik_core_group: { ...COMMON.authentik_core_group, parent_id: 'uuid' },
  authentik_core_user_groups: { user_id: 'integer', group_id: 'integer' },
  authentik_core_user_user_permissions: { user_id: 'integer', permission_id: 'integer' },
  auth_group_permissions: { group_id: 'integer', permission_id: 'integer' },
  guardian_userobjectpermission: {
    user_id: 'integer',
    permission_id: 'integer',
    object_pk: 'text',
  },
  guardian_groupobjectpermission: {
    group_id: 'integer',
    permission_id: 'integer',
    object_pk: 'text',
  },
} satisfies Tables;

const ROLES = {
  authentik_core_groupparentage: { child_id: 'uuid', parent_id: 'uuid' },
  authentik_core_user_roles: { user_id: 'integer', role_id: 'uuid' },
  authentik_core_group_roles: { group_id: 'uuid', role_id: 'uuid' },
  guardian_rolemodelpermission: { role_id: 'uuid', permission_id: 'integer' },
  guardian_roleobjectpermission: { role_id: 'uuid', permission_id: 'integer', object_pk: 'text' },
} satisfies Tables;

/** Everything that a database of this generation must let us read. */
export function tablesOf(generation: Generation): Tables {
  return {
    ...COMMON,
    ...(generation.permissions === 'django' ? DJANGO : ROLES),
    [generation.membershipTable]: { user_id: 'integer', group_id: 'uuid' },
  };
}
