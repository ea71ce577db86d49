import { randomBytes } from 'node:crypto';
import type { IncomingMessage, RequestListener } from 'node:http';
import { contract } from './contract.js';

export const AUTHENTIK_STAGE = '5e1b9c70-2f4d-4b8e-9a31-c6d7e8f90a12';
export const AUTHENTIK_TOKENS = { viewer: 'token-of-a-viewer', other: 'token-of-another' } as const;

const LIST_PATH = contract.basePath + contract.pathOf('stages_password_list');

/** What authentik 2025.12 sends for a stage; it knows a field that the contract does not, and renamed another. */
const STAGE = {
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
      background_url: '/static/dist/assets/images/flow_background.jpg',
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
  allow_show_password: false,
};

interface Reply {
  readonly status: number;
  readonly body: unknown;
}
const refused = (detail: string): Reply => ({ status: 403, body: { detail } });
const NOT_FOUND: Reply = { status: 404, body: { detail: 'Not found.' } };

/** Answers as authentik does, as far as the contract's operations are concerned. `stage` is what it holds. */
export function authentikStandIn(stage: object = STAGE): RequestListener {
  return (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://authentik');
    const [, id] = new RegExp(`^${LIST_PATH}([^/.]+)/$`).exec(pathname) ?? [];
    const isHtml = pathname !== LIST_PATH && id === undefined;
    const { status, body } = isHtml
      ? { status: 404, body: '<h1>Not Found</h1>' }
      : answer(request, id && decodeURIComponent(id), searchParams, stage);
    response.writeHead(status, {
      'Content-Type': isHtml ? 'text/html; charset=utf-8' : 'application/json',
      Allow: 'GET, PUT, PATCH, DELETE, HEAD, OPTIONS',
      Vary: 'Accept-Language, Cookie',
      'X-authentik-id': randomBytes(16).toString('hex'),
    });
    response.end(isHtml ? body : JSON.stringify(body));
  };
}

function answer(
  { method = 'GET', headers }: IncomingMessage,
  id: string | undefined,
  query: URLSearchParams,
  stage: object,
): Reply {
  if (/^text\/html$/.test(headers.accept ?? '')) {
    return { status: 406, body: { detail: 'Could not satisfy the request Accept header.' } };
  }
  const [, token] = /^bearer (.*)$/i.exec(headers.authorization ?? '') ?? [];
  const tokens: readonly string[] = Object.values(AUTHENTIK_TOKENS);
  if (token !== undefined && !tokens.includes(token)) return refused('Token invalid/expired');
  if (method === 'OPTIONS') return { status: 200, body: { name: 'Password Stage Instance' } };
  if (method === 'POST') return { status: 405, body: { detail: 'Method "POST" not allowed.' } };
  if (token !== AUTHENTIK_TOKENS.viewer) {
    return refused('You do not have permission to perform this action.');
  }
  return id === undefined ? list(query, stage) : retrieve(id, stage);
}

/** Python's parser of UUIDs takes many spellings. */
function retrieve(id: string, stage: object): Reply {
  const digits = id.replace(/^urn:uuid:/, '').replace(/[{}-]/g, '');
  return digits.toLowerCase() === AUTHENTIK_STAGE.replaceAll('-', '')
    ? { status: 200, body: stage }
    : NOT_FOUND;
}

function list(query: URLSearchParams, stage: object): Reply {
  if (Number(query.get('page') ?? '1') > 1) {
    return { status: 404, body: { detail: 'Invalid page.' } };
  }
  const numbers = { next: 0, previous: 0, count: 1, current: 1, total_pages: 1 };
  return {
    status: 200,
    body: {
      pagination: { ...numbers, start_index: 1, end_index: 1 },
      autocomplete: {},
      results: [stage],
    },
  };
}

export { STAGE as AUTHENTIK_STAGE_BODY };
