import { randomBytes } from 'node:crypto';
import type { IncomingMessage, RequestListener } from 'node:http';
import { contract } from './contract.js';

export const AUTHENTIK_STAGE = '5e1b9c70-2f4d-4b8e-9a31-c6d7e8f90a12';
export const AUTHENTIK_TOKENS = { viewer: 'token-of-a-viewer', other: 'token-of-another' } as const;

const LIST_PATH = contract.basePath + contract.pathOf('stages_password_list');

/** The first releases of each shape. */
export const AUTHENTIK_SHAPES = ['2024.6', '2024.8', '2025.10', '2025.12'] as const;
export type AuthentikShape = (typeof AUTHENTIK_SHAPES)[number];

/** Recorded from authentik, but for the values. */
export function authentikStage(release: AuthentikShape) {
  const image = '/static/dist/assets/images/flow_background.jpg';
  return {
    pk: AUTHENTIK_STAGE,
    name: 'default-authentication-password',
    component: 'ak-stage-password-form',
    verbose_name: 'Password Stage',
    verbose_name_plural: 'Password Stages',
    meta_model_name: 'authentik_stages_password.passwordstage',
    flow_set: [
      {
        pk: '0ac4d5e6-7f80-4912-8a3b-4c5d6e7f8091',
        policybindingmodel_ptr_id: '1bd5e6f7-8091-4a23-9b4c-5d6e7f8091a2',
        name: 'Welcome to authentik!',
        slug: 'default-authentication-flow',
        title: 'Welcome to authentik!',
        designation: 'authentication',
        ...(release === '2025.12' ? { background_url: image } : { background: image }),
        policy_engine_mode: 'any',
        compatibility_mode: false,
        export_url: '/api/v3/flows/instances/default-authentication-flow/export/',
        layout: 'stacked',
        denied_action: 'message_continue',
      },
    ],
    backends: ['authentik.core.auth.InbuiltBackend'],
    configure_flow: null,
    failed_attempts_before_cancel: 5,
    ...(release !== '2024.6' && { allow_show_password: false }),
  };
}

interface Reply {
  readonly status: number;
  readonly body: unknown;
}
const refused = (detail: string): Reply => ({ status: 403, body: { detail } });
const NOT_FOUND: Reply = { status: 404, body: { detail: 'Not found.' } };

export interface StandInOptions {
  readonly release: AuthentikShape;
  /** What it holds; by default a stage as the release returns it. */
  readonly stage?: object;
  /** Whether a list has `autocomplete`; by default as the release. */
  readonly autocomplete?: boolean;
}

/** Responds as authentik does, as far as the contract's operations are concerned. */
export function authentikStandIn({
  release,
  stage = authentikStage(release),
  autocomplete = release === '2025.10' || release === '2025.12',
}: StandInOptions): RequestListener {
  return (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://authentik');
    const [, id] = new RegExp(`^${LIST_PATH}([^/.]+)/$`).exec(pathname) ?? [];
    const isHtml = pathname !== LIST_PATH && id === undefined;
    const shown = release === '2024.6' ? null : searchParams.get('allow_show_password');
    const results = [stage].filter((each) => {
      return (
        shown === null ||
        !('allow_show_password' in each) ||
        String(each.allow_show_password) === shown
      );
    });
    const { status, body } = isHtml
      ? { status: 404, body: '<h1>Not Found</h1>' }
      : (refusal(request) ??
        (id === undefined
          ? list(searchParams, { results, ...(autocomplete && { autocomplete: {} }) })
          : retrieve(decodeURIComponent(id), stage)));
    response.writeHead(status, {
      'Content-Type': isHtml ? 'text/html; charset=utf-8' : 'application/json',
      Allow: 'GET, PUT, PATCH, DELETE, HEAD, OPTIONS',
      Vary: 'Accept-Language, Cookie',
      'X-authentik-id': randomBytes(16).toString('hex'),
    });
    response.end(isHtml ? body : JSON.stringify(body));
  };
}

function refusal({ method = 'GET', headers }: IncomingMessage): Reply | undefined {
  if (/^text\/html$/.test(headers.accept ?? '')) {
    return { status: 406, body: { detail: 'Could not satisfy the request Accept header.' } };
  }
  const [, token] = /^bearer (.*)$/i.exec(headers.authorization ?? '') ?? [];
  const tokens: readonly string[] = Object.values(AUTHENTIK_TOKENS);
  if (token !== undefined && !tokens.includes(token)) return refused('Token invalid/expired');
  if (method === 'OPTIONS') return { status: 200, body: { name: 'Password Stage Instance' } };
  if (method === 'POST') return { status: 405, body: { detail: 'Method "POST" not allowed.' } };
  if (token === AUTHENTIK_TOKENS.viewer) return undefined;
  return refused('You do not have permission to perform this action.');
}

/** Python's parser of UUIDs takes many spellings. */
function retrieve(id: string, stage: object): Reply {
  const digits = id.replace(/^urn:uuid:/, '').replace(/[{}-]/g, '');
  return digits.toLowerCase() === AUTHENTIK_STAGE.replaceAll('-', '')
    ? { status: 200, body: stage }
    : NOT_FOUND;
}

function list(query: URLSearchParams, page: object): Reply {
  if (Number(query.get('page') ?? '1') > 1) {
    return { status: 404, body: { detail: 'Invalid page.' } };
  }
  const numbers = { next: 0, previous: 0, count: 1, current: 1, total_pages: 1 };
  return {
    status: 200,
    body: { pagination: { ...numbers, start_index: 1, end_index: 1 }, ...page },
  };
}
