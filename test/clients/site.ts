/** What is asked of a service over one database, and what the database says the outcome must be. */
import { firstDifference } from '../recorded/compare.js';
import { compareReleases } from '../recorded/vectors.js';
import { onConnection } from '../support/postgres.js';

export interface Site {
  /** With the base path. */
  readonly url: string;
  /** Of a superuser. */
  readonly token: string;
  /** Of a user without permissions. */
  readonly plainToken: string;
  /** A stage that is bound: responses without flows hide most faults. */
  readonly stage: string;
  readonly missing: string;
  readonly queries: readonly Query[];
}

export interface Expectation {
  readonly site: Site;
  /** How the outcome differs from what it must be, if it does. */
  findDifference(outcome: unknown): string | undefined;
}

type Query = Readonly<Record<string, string | number | boolean>>;
type Row = Record<string, unknown>;

const MISSING = '00000000-0000-4000-8000-000000000000';
const PAGE_SIZE = 25;
/** Texts that are not in the tables: any will do. */
const FREE_TEXTS = /^(background|background_?url|detail)$/i;

const STAGES = `
  SELECT s.stage_uuid AS pk, s.name, 'ak-stage-password-form' AS component,
    'Password Stage' AS verbose_name, 'Password Stages' AS verbose_name_plural,
    'authentik_stages_password.passwordstage' AS meta_model_name,
    coalesce((
      SELECT jsonb_agg(jsonb_build_object(
        'pk', f.flow_uuid, 'policybindingmodel_ptr_id', f.policybindingmodel_ptr_id, 'name', f.name,
        'slug', f.slug, 'title', f.title, 'designation', f.designation,
        'policy_engine_mode', m.policy_engine_mode, 'compatibility_mode', f.compatibility_mode,
        'export_url', '/api/v3/flows/instances/' || f.slug || '/export/', 'layout', f.layout,
        'denied_action', f.denied_action) ORDER BY f.slug, b."order")
      FROM authentik_flows_flowstagebinding b
      JOIN authentik_flows_flow f ON f.flow_uuid = b.target_id
      JOIN authentik_policies_policybindingmodel m ON m.pbm_uuid = f.policybindingmodel_ptr_id
      WHERE b.stage_id = s.stage_uuid), '[]') AS flow_set,
    p.backends::text[] AS backends, p.configure_flow_id AS configure_flow,
    p.failed_attempts_before_cancel, to_jsonb(p) -> 'allow_show_password' AS allow_show_password
  FROM authentik_stages_password_passwordstage p
  JOIN authentik_flows_stage s ON s.stage_uuid = p.stage_ptr_id ORDER BY s.name`;
const DEFAULT_PAGE_SIZE =
  'SELECT pagination_default_page_size AS size FROM authentik_tenants_tenant';

/** Reads from the tables what a caller must see. */
export async function expectFrom(
  adminUrl: string,
  release: string,
  access: Pick<Site, 'url' | 'token' | 'plainToken'>,
): Promise<Expectation> {
  const since = (first: string) => compareReleases(release, first) >= 0;
  const { rows, defaultSize } = await onConnection(adminUrl, async (client) => ({
    rows: (await client.query<Row>(STAGES)).rows.map((row) => toWire(row, since)),
    defaultSize: since('2025.12') ? (await client.query(DEFAULT_PAGE_SIZE)).rows[0].size : 100,
  }));
  const stage = rows.find(({ flow_set: flows }) => (flows as Row[]).length > 0) ?? {};
  const pages = Math.ceil(rows.length / PAGE_SIZE);
  const queries: Query[] = [
    {},
    { name: String(stage.name), ordering: '-failed_attempts_before_cancel,name' },
    { ordering: '-name', page_size: 3 },
    ...[true, false].flatMap((value) => (since('2024.8') ? { allow_show_password: value } : [])),
    ...Array.from({ length: pages }, (_, index) => ({ page: index + 1, page_size: PAGE_SIZE })),
  ];
  const lists = queries.map((query) => ({
    ...listOf(rows, query, defaultSize),
    ...(since('2025.8') && { autocomplete: {} }),
  }));
  const forbidden = { status: 403, body: { detail: '', code: 'permission_denied' } };
  const missing = { status: 404, body: { detail: '', code: 'not_found' } };
  const expected = comparable({ stage, lists, forbidden, missing });
  return {
    site: { ...access, stage: String(stage.pk), missing: MISSING, queries },
    findDifference: (outcome) => firstDifference(expected, comparable(outcome)),
  };
}

/** A row as the release has it on the wire. */
function toWire({ allow_show_password, ...row }: Row, since: (release: string) => boolean): Row {
  const image = since('2025.12') ? 'background_url' : 'background';
  const flows = (row.flow_set as Row[]).map((flow) => ({ ...flow, [image]: '' }));
  return { ...row, flow_set: flows, ...(since('2024.8') && { allow_show_password }) };
}

function listOf(rows: readonly Row[], query: Query, defaultSize: number): Row {
  const { page: current = 1, page_size: size = defaultSize, ordering, ...filters } = query;
  const matching = rows.filter((row) =>
    Object.entries(filters).every(([key, value]) => row[key] === value),
  );
  if (ordering === '-name') matching.reverse();
  const [page, start] = [Number(current), (Number(current) - 1) * Number(size)];
  const results = matching.slice(start, start + Number(size));
  const pages = Math.max(1, Math.ceil(matching.length / Number(size)));
  return {
    pagination: {
      next: page < pages ? page + 1 : 0,
      previous: page - 1,
      count: matching.length,
      current: page,
      total_pages: pages,
      start_index: results.length > 0 ? start + 1 : 0,
      end_index: start + results.length,
    },
    results,
  };
}

/** Clients rename and reorder keys, and may take null for nothing. Free texts are emptied. */
function comparable(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (key, inner) => {
    if (typeof inner === 'string' && FREE_TEXTS.test(key)) return '';
    if (inner === null) return undefined;
    if (typeof inner !== 'object' || Array.isArray(inner)) return inner;
    const plain = (name: string) => name.replaceAll('_', '').toLowerCase();
    const members = Object.entries(inner).map(([name, member]) => [plain(name), member]);
    return Object.fromEntries(members.sort());
  });
}
