/**
 * What authentik would respond, release by release, stated over rows in memory as plainly as possible and without the
 * service's code; and where the contract decides otherwise, that.
 */
import { isAtLeast } from '../support/generations/generations.js';
import type { World } from './random-world.js';

export interface Request {
  readonly authorization: string | undefined;
  /** The stage of a retrieve; undefined: the list. */
  readonly stage: string | undefined;
  readonly query: readonly (readonly [name: string, value: string])[];
}

/** The body is JSON, whose order of fields counts; of an error just its `code`, since texts are free. */
export interface Expected {
  readonly status: number;
  readonly body: string;
}
class Failure extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
  ) {
    super(code);
  }
}
const INVALID = new Failure(400, 'invalid');
const INEXPRESSIBLE = new Failure(500, 'internal_error');

type Stage = World['passwordStages'][number] & { readonly name: string };
type Flow = World['flows'][number];

type Grant = { permission_id: number; user_id?: number; group_id?: number; role_id?: string };

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const SCOPE = 'goauthentik.io/api';

export function expectedResponse(world: World, request: Request): Expected {
  try {
    const sees = visibleStages(world, authenticate(world, request.authorization ?? ''));
    const body = (request.stage === undefined ? list : retrieve)(world, sees, request);
    return { status: 200, body: JSON.stringify(body) };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { status: error.status, body: error.code };
  }
}

function authenticate(world: World, authorization: string): number {
  const [, credential] = /^bearer (.+)$/i.exec(authorization.trim()) ?? [];
  if (!credential) throw new Failure(403, 'not_authenticated');
  const isInForce = ({ expiring, expires }: { expiring: boolean; expires: string | null }) =>
    !expiring || expires === null || expires >= world.now;
  const [token] = world.tokens
    .filter((row) => row.key === credential && row.intent === 'api' && isInForce(row))
    .sort((one, other) => compare(one.token_uuid, other.token_uuid));
  const [accessToken] = world.accessTokens
    .filter((row) => row.token === credential && isInForce(row))
    .filter((row) => row._scope.toLowerCase().includes(SCOPE))
    .sort((one, other) => compare(one.id, other.id));
  const isScoped = accessToken?._scope.split(' ').includes(SCOPE);
  const userId = token?.user_id ?? (isScoped ? accessToken?.user_id : undefined);
  const user = world.users.find(({ id }) => id === userId);
  if (!user?.is_active) throw new Failure(403, 'authentication_failed');
  return user.id;
}

/** Those that the user may view; a 403 for a user without any permission. */
function visibleStages(world: World, userId: number): Stage[] {
  const nameOf = new Map(world.stages.map((row) => [row.stage_uuid, row.name]));
  const stages = world.passwordStages.map((row) => ({
    ...{ ...row, name: nameOf.get(row.stage_ptr_id) ?? '' },
  }));
  const model = world.contentTypes.find(
    (row) => row.app_label === 'authentik_stages_password' && row.model === 'passwordstage',
  );
  const view = world.permissions.find(
    (row) => row.content_type_id === model?.id && row.codename === 'view_passwordstage',
  );
  const groups = groupsOf(world, userId);
  if (world.groups.some((row) => row.is_superuser && groups.has(row.group_uuid))) return stages;

  const isOld = !isAtLeast(world.release, '2025.12');
  const isMine = (row: { user_id: number }) => row.user_id === userId;
  const djangoGroups = world.djangoMemberships.filter(isMine).map((row) => row.group_id);
  const roles = [
    ...world.userRoles.filter(isMine),
    ...world.groupRoles.filter((row) => groups.has(row.group_id)),
  ].map((row) => row.role_id);
  /** Rows of the release's tables, whoever holds them. */
  const isHeld = (row: Grant) =>
    row.permission_id === view?.id &&
    (isOld
      ? row.user_id === userId || djangoGroups.includes(row.group_id ?? -1)
      : roles.includes(row.role_id ?? ''));

  const { userPermissions, djangoGroupPermissions, rolePermissions } = world;
  if ([...userPermissions, ...djangoGroupPermissions, ...rolePermissions].some(isHeld))
    return stages;
  const { userObjectPermissions, djangoGroupObjectPermissions, roleObjectPermissions } = world;
  const objects = [
    ...[...userObjectPermissions, ...djangoGroupObjectPermissions, ...roleObjectPermissions],
  ].filter(isHeld);
  const granted = stages.filter((stage) =>
    objects.some(({ object_pk }) => object_pk === stage.stage_ptr_id),
  );
  const { type } = world.users.find(({ id }) => id === userId) ?? {};
  if (granted.length > 0 || type === 'internal_service_account') return granted;
  throw new Failure(403, 'permission_denied');
}

/** The user's own groups and those above them, as far as the release looks. */
function groupsOf({ release, ...world }: World, userId: number): Set<string> {
  const edges = isAtLeast(release, '2025.12')
    ? world.groupParents
    : world.groups.map((row) => ({ child_id: row.group_uuid, parent_id: row.parent_id ?? '' }));
  let hops = isAtLeast(release, '2024.6') ? 19 : 20;
  if (isAtLeast(release, '2025.12')) hops = world.groups.length;
  const own = world.memberships.filter((row) => row.user_id === userId);
  const found = new Set(own.map((row) => row.group_id));
  for (let hop = 0; hop < hops; hop += 1) {
    const parents = edges.filter((edge) => found.has(edge.child_id)).map((edge) => edge.parent_id);
    for (const parent of parents) found.add(parent);
  }
  return found;
}

function retrieve(world: World, sees: readonly Stage[], { stage = '', query }: Request) {
  if (!UUID.test(stage) || query.length > 0) throw INVALID;
  const found = sees.find((row) => row.stage_ptr_id === stage.toLowerCase());
  if (!found) throw new Failure(404, 'not_found');
  return representation(world, found);
}

const PARAMETERS =
  'name configure_flow failed_attempts_before_cancel search ordering page page_size'.split(' ');

function list(world: World, sees: readonly Stage[], { query }: Request) {
  const { release, tenant } = world;
  const known = [...PARAMETERS, ...(isAtLeast(release, '2024.8') ? ['allow_show_password'] : [])];
  if (query.some(([name]) => !known.includes(name))) throw INVALID;
  // The last of several counts, and an empty one is none.
  const given = new Map(query);
  const value = (name: string, allowed: RegExp) => {
    const text = given.get(name) ?? '';
    if (text !== '' && !allowed.test(text)) throw INVALID;
    return text;
  };
  const name = strip(value('name', /^[^\0]*$/));
  const flow = value('configure_flow', UUID).toLowerCase();
  const attempts = value('failed_attempts_before_cancel', /^-?\d+$/);
  const shows = value('allow_show_password', /^(true|false)$/i).toLowerCase();
  const search = value('search', /^[^\0]{0,200}$/u);
  const page = value('page', /^(last|0*[1-9]\d*)$/);
  let size = Number(value('page_size', /^0*[1-9]\d*$/));
  const terms = (given.get('ordering') ?? '').split(',').map(strip);
  // A fault of authentik, which other fields that it does not know are not.
  if (terms.some((term) => bare(term) === 'flow_set')) throw INVALID;
  if (Math.abs(Number(attempts) + 0.5) > 2 ** 31) throw INVALID;
  if (flow !== '' && !world.flows.some((row) => row.flow_uuid === flow)) throw INVALID;
  if (isAtLeast(release, '2025.12')) {
    size = size === 0 ? tenant.defaultPageSize : Math.min(size, tenant.maxPageSize);
  } else {
    size ||= 100;
    if (size > 1000) throw INVALID;
  }

  const words = isAtLeast(release, '2025.8') ? wordsAndPhrases(search) : search.split(SEPARATORS);
  const found = sees
    .filter((stage) => name === '' || stage.name === name)
    .filter((stage) => flow === '' || stage.configure_flow_id === flow)
    .filter((stage) => attempts === '' || stage.failed_attempts_before_cancel === Number(attempts))
    .filter((stage) => shows === '' || String(stage.allow_show_password) === shows)
    .filter((stage) => words.every((word) => upper(stage.name).includes(upper(word))))
    .sort(order(world, terms));
  const count = found.length;
  const pages = Math.max(1, Math.ceil(count / size));
  const current = page === 'last' ? pages : Number(page || 1);
  if (current > pages) throw new Failure(404, 'not_found');
  const start = (current - 1) * size;
  const results = found.slice(start, start + size).map((stage) => representation(world, stage));
  const pagination = {
    ...{ next: current < pages ? current + 1 : 0, previous: current - 1, count, current },
    ...{ total_pages: pages, start_index: count && start + 1, end_index: start + results.length },
  };
  return { pagination, results, ...(isAtLeast(release, '2025.8') && { autocomplete: {} }) };
}

// What Python takes for white space, which is not what JavaScript does.
const BLANK =
  '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';
const strip = (text: string) => text.replace(new RegExp(`^[${BLANK}]+|[${BLANK}]+$`, 'g'), '');
const SEPARATORS = new RegExp(`[${BLANK},]+`);
const QUOTED = `"(?:[^"\\\\]|\\\\.)*"|'(?:[^'\\\\]|\\\\.)*'`;
const BIT = new RegExp(`[^${BLANK}'"]*(?:(?:${QUOTED})[^${BLANK}'"]*)+|[^${BLANK}]+`, 'g');

/** Django's `smart_split` and what Django REST framework makes of it. */
function wordsAndPhrases(search: string): string[] {
  return (search.match(BIT) ?? []).flatMap((bit) => {
    const term = bit.replace(/^,+|,+$/g, '');
    const [quote = ''] = term;
    if (!/['"]/.test(quote) || !term.endsWith(quote)) return term.split(',');
    return [term.slice(1, -1).replaceAll(`\\${quote}`, quote).replaceAll('\\\\', '\\')];
  });
}

/** As PostgreSQL's upper() in the locale C, which the tests' databases have. */
const upper = (text: string) => text.replace(/[a-z]/g, (letter) => letter.toUpperCase());

const bare = (term: string) => term.replace(/^-/, '');

function order({ release }: World, terms: readonly string[]) {
  const nullsFirst = isAtLeast(release, '2026.5');
  const keys = new Map<string, (stage: Stage) => Key>([
    ['name', (stage) => stage.name],
    ['pk', (stage) => stage.stage_ptr_id],
    ['backends', (stage) => stage.backends],
    ['failed_attempts_before_cancel', (stage) => stage.failed_attempts_before_cancel],
    ['configure_flow', ({ configure_flow_id: id }) => (nullsFirst ? [id ? 1 : 0, id] : id)],
  ]);
  if (isAtLeast(release, '2024.8')) {
    keys.set('allow_show_password', (stage) => Number(stage.allow_show_password));
  }
  const known = terms.filter((term) => keys.has(bare(term)));
  return (one: Stage, other: Stage) => {
    for (const term of [...(known.length > 0 ? known : ['name']), 'pk']) {
      const key = keys.get(bare(term)) ?? (() => null);
      const compared = compare(key(one), key(other));
      if (compared !== 0) return term.startsWith('-') ? -compared : compared;
    }
    return 0;
  };
}

type Key = string | number | null | readonly Key[];

/** As PostgreSQL does in the locale C: text by code point, NULL after all others, lists item by item. */
function compare(one: Key, other: Key): number {
  if (one === null || other === null) return Number(one === null) - Number(other === null);
  if (typeof one === 'string' || typeof other === 'string') {
    return Buffer.compare(Buffer.from(String(one)), Buffer.from(String(other)));
  }
  if (typeof one === 'number' || typeof other === 'number') return Number(one) - Number(other);
  const differences = one
    .slice(0, other.length)
    .map((item, index) => compare(item, other[index] ?? null));
  return differences.find((difference) => difference !== 0) ?? one.length - other.length;
}

const BACKENDS =
  /^authentik\.(core\.auth\.(Inbuilt|Token)|sources\.(ldap\.auth\.LDAP|kerberos\.auth\.Kerberos))Backend$/;
const DESIGNATIONS =
  /^(authentication|authorization|invalidation|enrollment|unenrollment|recovery|stage_configuration)$/;
const LAYOUTS = /^(stacked|content_(left|right)|sidebar_(left|right)(_frame_background)?)$/;

function representation(world: World, stage: Stage) {
  if (!stage.backends.every((name) => name !== null && BACKENDS.test(name))) throw INEXPRESSIBLE;
  const flows = world.bindings
    .filter((binding) => binding.stage_id === stage.stage_ptr_id)
    .flatMap(({ order, target_id }) =>
      world.flows.filter((row) => row.flow_uuid === target_id).map((flow) => ({ order, flow })),
    )
    .sort((one, other) => compare([one.flow.slug, one.order], [other.flow.slug, other.order]));
  return {
    pk: stage.stage_ptr_id,
    name: stage.name,
    component: 'ak-stage-password-form',
    verbose_name: 'Password Stage',
    verbose_name_plural: 'Password Stages',
    meta_model_name: 'authentik_stages_password.passwordstage',
    flow_set: flows.map(({ flow }) => flowRepresentation(world, flow)),
    backends: stage.backends,
    configure_flow: stage.configure_flow_id,
    failed_attempts_before_cancel: stage.failed_attempts_before_cancel,
    ...(isAtLeast(world.release, '2024.8') && { allow_show_password: stage.allow_show_password }),
  };
}

function flowRepresentation(world: World, flow: Flow) {
  const { policybindingmodel_ptr_id, name, slug, title, designation, layout, denied_action } = flow;
  const isNew = isAtLeast(world.release, '2025.12');
  const model = world.policyBindingModels.find((row) => row.pbm_uuid === policybindingmodel_ptr_id);
  const policy_engine_mode = model?.policy_engine_mode ?? '';
  const isExpressible =
    (isNew ? /^[-a-zA-Z0-9_]+$/ : /^[-a-zA-Z0-9_]{1,50}$/).test(slug) &&
    DESIGNATIONS.test(designation) &&
    LAYOUTS.test(layout) &&
    /^(message_continue|message|continue)$/.test(denied_action) &&
    /^(all|any)$/.test(policy_engine_mode);
  if (!isExpressible) throw INEXPRESSIBLE;
  return {
    ...{ pk: flow.flow_uuid, policybindingmodel_ptr_id, name, slug, title, designation },
    [isNew ? 'background_url' : 'background']: background(world, flow.background ?? ''),
    ...{ policy_engine_mode, compatibility_mode: flow.compatibility_mode },
    ...{ export_url: `/api/v3/flows/instances/${slug}/export/`, layout, denied_action },
  };
}

/** Without the signature that authentik appends since 2025.12. */
function background({ release }: World, stored: string): string {
  if (stored === '') return '/static/dist/assets/images/flow_background.jpg';
  if (stored.startsWith('/static')) return stored;
  if (isAtLeast(release, '2025.12')) {
    return /^(http:|https:\/\/|fa:\/\/)/.test(stored) ? stored : `/files/media/public/${stored}`;
  }
  if (stored.startsWith('http')) return stored;
  if (isAtLeast(release, '2025.8') && stored.startsWith('/')) return stored;
  const segments = isAtLeast(release, '2024.2') ? ['media', 'public'] : ['media'];
  // Django takes a backslash for a slash.
  for (const segment of stored.split(/[/\\]/)) {
    if (segment === '..') segments.pop();
    else if (segment !== '') segments.push(encodeURIComponent(segment));
  }
  return `/${segments.join('/')}`;
}
