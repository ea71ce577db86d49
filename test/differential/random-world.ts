/** Random rows of the tables that authentik's rules look at, with authentik's names of columns. */
import { isAtLeast, type Release } from '../support/generations/generations.js';
import type { Random } from '../support/random.js';

export type World = ReturnType<typeof randomWorld>;

const PIECES =
  `main|Stage|MAIN|ünï|ß|İstanbul|100%|%|a_b|back\\slash|"q"|'a'|"|🔑|你好|x,y|é|<b>||ﬀ|\uffee` +
  '|\ufeff|\u0085|\u001f|\u2028|e\u0301';
const BACKGROUNDS =
  '|/static/a b.jpg|/staticfoo|http://x.example/a b.png|https://x.example/ü|httpfoo|HTTP://X/y.png' +
  '|fa://fa-lock|http:/one|flow-backgrounds/my pic ü.png|/other/a.png|../evil.png|a//b.png' +
  "|a%20b?c#d|%(theme)s|~!*()'._-+,;=@&$:.png|/media/public/a.png";
const BACKENDS =
  'core.auth.Inbuilt|core.auth.Token|sources.ldap.auth.LDAP|sources.kerberos.auth.Kerberos';
const SCOPES =
  'goauthentik.io/api|openid goauthentik.io/api email|goauthentik.io/api goauthentik.io/api/x' +
  '|openid goauthentik.io/api/foo|GOAUTHENTIK.IO/API|openid GOAUTHENTIK.IO/API' +
  '|xgoauthentik.io/api|goauthentikxio/api|';
const INTENTS = 'api|api|api|api|api|api|api|api|api|app_password|recovery|API';
const TYPES = 'internal|external|service_account|internal_service_account';
// Longer than any release follows group parents, if it has a limit.
const CHAIN = 26;

export function randomWorld(random: Random, release: Release) {
  const isOld = !isAtLeast(release, '2025.12');
  const one = (choices: string) => random.pick(choices.split('|'));
  const many = <Row>(count: number, row: (index: number) => Row) =>
    Array.from({ length: count }, (_, index) => row(index));
  const distinct = <Row>(rows: readonly Row[]) => [
    ...new Map(rows.map((row) => [JSON.stringify(row), row])).values(),
  ];
  const some = <Row>(max: number, row: () => Row) =>
    distinct(many(Math.ceil(max / 2) + random.below(max / 2 + 1), row));
  const digits = (length: number) => many(length, () => random.below(16).toString(16)).join('');
  const uuid = () => [8, 4, 4, 4, 12].map(digits).join('-');
  const strangeness = random.chance(0.3) ? 0.01 : 0;
  const mostly = <Value>(usual: Value, strange: Value) =>
    random.chance(strangeness) ? strange : usual;
  const text = () => many(random.below(5), () => one(PIECES)).join(one(' |-|,|\u00a0'));

  const now = 1_750_000_000_000_000 + random.below(1e9) * 1000;
  const instant = (microseconds: number) =>
    new Date(microseconds / 1000).toISOString().slice(0, -1) +
    `${String(microseconds % 1000).padStart(3, '0')}Z`;
  const validity = () => ({
    expires: random.pick([
      ...[0, 1, -1, -1000, -1e13, 1e13, 1e13, 1e13].map((after) => instant(now + after)),
      ...(isAtLeast(release, '2024.6') ? [null, null] : []),
    ]),
    expiring: random.chance(0.6),
  });

  const users = many(30, (index) => ({
    ...{ id: 10 * index + random.below(10), is_active: random.chance(0.9), type: one(TYPES) },
  }));
  const user_id = () => random.pick(users).id;
  const keys = many(24, () => `${one('|!#$%&*+/=|Bearer | x')}${digits(9)}`);
  const key = () => (random.chance(0.3) ? random.pick(keys.slice(0, 8)) : digits(12));
  const tokens = many(30, () => ({
    ...{ token_uuid: uuid(), key: key(), intent: one(INTENTS), user_id: user_id(), ...validity() },
  }));
  // Several have the same text, and few an API token's.
  const accessTokens = many(60, (index) => ({
    ...{ id: 100 - index, token: random.pick(keys), _scope: one(SCOPES), user_id: user_id() },
    ...{ ...validity(), revoked: random.chance(0.3) },
  }));

  // A chain whose end is the only superuser in it, beside a few groups of any shape.
  const chain = many(CHAIN, uuid);
  const ids = [...chain, ...many(8, uuid)];
  const free = ids.slice(CHAIN);
  const parents = [
    ...[...chain.slice(1), random.pick([null, random.pick(ids)])],
    ...free.map(() => random.pick(random.chance(0.1) ? ids : [null, ...free])),
  ];
  const groups = ids.map((group_uuid, index) => ({
    ...{ group_uuid, parent_id: parents[index] ?? null },
    is_superuser: index === CHAIN - 1 || (index >= CHAIN && random.chance(0.08)),
  }));
  const groupParents = distinct([
    ...chain.slice(1).map((id, index) => ({ child_id: chain[index] ?? id, parent_id: id })),
    ...some(8, () => ({ child_id: random.pick(free), parent_id: random.pick(free) })),
    ...some(1, () => ({ child_id: random.pick(free), parent_id: random.pick(chain) })),
  ]);
  const memberships = distinct([
    ...[19, 20, 20, 21].map((hops) => ({
      user_id: random.pick(users.filter((row) => row.is_active)).id,
      group_id: chain.at(-1 - hops),
    })),
    ...some(20, () => ({ user_id: user_id(), group_id: random.pick(free) })),
  ]).map((row) => ({ ...row, group_id: row.group_id ?? '' }));

  // Any of them may have the lowest id.
  const turn = random.below(3);
  const contentTypes = [
    { app_label: 'authentik_flows', model: 'passwordstage' },
    { app_label: 'authentik_stages_password', model: 'passwordstage' },
    { app_label: 'authentik_flows', model: 'stage' },
  ].map((row, index) => ({ id: 10 * ((index + turn) % 3) + random.below(10), ...row }));
  const permissions = contentTypes.flatMap(({ id, model }) =>
    [`view_${model}`, `change_${model}`, `view_${model}_key`].map((codename, index) => ({
      ...{ id: 30 * id + 10 * ((index + turn) % 3) + random.below(10), codename },
      content_type_id: id,
    })),
  );
  const permission = () => ({
    permission_id: (random.chance(0.4) ? permissions[3] : random.pick(permissions))?.id ?? 0,
    // Nobody looks at it.
    content_type_id: contentTypes[0]?.id,
  });
  const roles = many(16, (index) => ({ uuid: uuid(), group_id: 5 * index + random.below(5) }));
  const role_id = () => random.pick(roles).uuid;
  const group_id = () => random.pick(roles).group_id;

  const slugs = some(7, () => {
    const strange = random.pick(['ü', '', 'a b', isOld ? 'a.b' : 'x'.repeat(51)]);
    return mostly(`${one('a|B|_|-|a-')}${digits(random.below(3))}`, strange);
  });
  const flows = slugs.map((slug) => ({
    ...{ flow_uuid: uuid(), policybindingmodel_ptr_id: uuid(), slug, name: text(), title: text() },
    compatibility_mode: random.chance(0.5),
    designation: mostly(one('authentication|recovery|stage_configuration'), ''),
    background: random.pick([one(BACKGROUNDS), `${one('/|')}${text()}x`, isOld ? null : '']),
    layout: mostly(one('stacked|sidebar_right|sidebar_left_frame_background'), 'x'),
    denied_action: mostly(one('message_continue|message|continue'), 'CONTINUE'),
  }));
  const stages = some(50, text).map((name) => ({ stage_uuid: uuid(), name }));
  const stage_id = () => random.pick(stages)?.stage_uuid ?? uuid();
  const passwordStages = stages.slice(2).map(({ stage_uuid }) => ({
    stage_ptr_id: stage_uuid,
    backends: many(random.below(4), () =>
      mostly(`authentik.${one(BACKENDS)}Backend`, random.pick([null, '', 'plugin.Backend'])),
    ),
    configure_flow_id: random.pick([null, null, ...flows.map(({ flow_uuid }) => flow_uuid)]),
    failed_attempts_before_cancel: random.pick([5, 5, 0, -1, 2 ** 31 - 1, -(2 ** 31)]),
    allow_show_password: random.chance(0.5),
  }));
  const bindings = some(flows.length > 0 && stages.length > 0 ? 24 : 0, () => ({
    ...{ target_id: random.pick(flows).flow_uuid, stage_id: stage_id(), order: random.below(3) },
  })).map((row) => ({ ...row, policybindingmodel_ptr_id: uuid() }));

  /** Often of a stage that exists, in the only spelling that counts. */
  const object = () => {
    const id = stage_id();
    const odd = [id.toUpperCase(), id.replaceAll('-', ''), uuid(), `${id} `, 'x', ''];
    return { ...permission(), object_pk: random.chance(0.6) ? id : random.pick(odd) };
  };
  return {
    release,
    /** The time of all requests, written as `expires` is: UTC with microseconds. */
    now: instant(now),
    tenant: { defaultPageSize: 1 + random.below(5), maxPageSize: 5 + random.below(20) },
    ...{ users, tokens, groups, groupParents, memberships, roles },
    ...{ contentTypes, permissions, stages, passwordStages, flows, bindings },
    djangoGroups: roles.map((row) => ({ id: row.group_id })),
    djangoMemberships: some(20, () => ({ user_id: user_id(), group_id: group_id() })),
    groupRoles: some(16, () => ({ group_id: random.pick(free), role_id: role_id() })),
    userRoles: some(16, () => ({ user_id: user_id(), role_id: role_id() })),
    userPermissions: some(4, () => ({ user_id: user_id(), ...permission() })),
    djangoGroupPermissions: some(4, () => ({ group_id: group_id(), ...permission() })),
    userObjectPermissions: some(24, () => ({ user_id: user_id(), ...object() })),
    djangoGroupObjectPermissions: some(24, () => ({ group_id: group_id(), ...object() })),
    rolePermissions: some(8, () => ({ role_id: role_id(), ...permission() })),
    roleObjectPermissions: some(40, () => ({ role_id: role_id(), ...object() })),
    // Who acts for whom is in the database since 2026.8, and does not matter.
    accessTokens: accessTokens.map((row) => ({ ...row, actor_id: random.pick([null, user_id()]) })),
    agents: users
      .filter((row) => row.type === 'service_account')
      .map((row) => ({ user_ptr_id: row.id, parent_id: user_id() })),
    policyBindingModels: [...flows, ...bindings].map(({ policybindingmodel_ptr_id: pbm_uuid }) => ({
      ...{ pbm_uuid, policy_engine_mode: mostly(one('any|all'), '') },
    })),
  };
}
