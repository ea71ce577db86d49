// Compiled in a project that has nothing but the packed package, under each kind of module resolution.
import {
  type BackendsEnum,
  createClient,
  type DeniedActionEnum,
  type ErrorCode,
  type Flow,
  type FlowDesignationEnum,
  type FlowLayoutEnum,
  type FlowSet,
  type FlowSet2025_12,
  type GenericError,
  type PaginatedPasswordStageList,
  type Pagination,
  type PasswordStage,
  type PolicyEngineMode,
  StagesError,
  type UnexpectedResponse,
  type ValidationError,
} from 'authentik-stages-password/client';

const client = createClient({
  baseUrl: 'https://authentik.example',
  token: async () => 'token',
  timeoutMs: 1000,
  retries: 0,
});

export async function nameOf(stage_uuid: string): Promise<string> {
  const { data, error } = await client.GET('/stages/password/{stage_uuid}/', {
    params: { path: { stage_uuid } },
    signal: AbortSignal.timeout(100),
  });
  if (error) return explain(error);
  const stage: PasswordStage = data;
  const slugs: string[] = data.flow_set.map(({ slug }) => slug);
  const [backend] = stage.backends;
  // @ts-expect-error no backend has this name
  if (backend === 'authentik.core.auth.MagicBackend') return '';
  // @ts-expect-error no stage has this field
  return stage.title ?? slugs.join();
}

/** Every code, so that a new one in the contract is a compile error here. */
function explain(error: GenericError | ValidationError | UnexpectedResponse): string {
  switch (error.code) {
    case 'invalid': {
      const messages: readonly string[] = error.non_field_errors;
      // @ts-expect-error a ValidationError has no detail
      return messages.join() + error.detail;
    }
    case 'not_found':
      // @ts-expect-error a GenericError has no list of messages
      return error.non_field_errors.join();
    case 'unexpected_response':
    case 'not_authenticated':
    case 'authentication_failed':
    case 'permission_denied':
    case 'method_not_allowed':
    case 'not_acceptable':
    case 'request_timeout':
    case 'headers_too_large':
    case 'internal_error':
    case 'service_unavailable':
      return error.detail;
  }
}

export const code: ErrorCode = 'not_found';
// @ts-expect-error the set of codes is closed
export const other: ErrorCode = 'teapot';

export async function allNames(): Promise<string[]> {
  const names: string[] = [];
  for await (const stage of client.stages({ ordering: '-name', page_size: 10 }))
    names.push(stage.name);
  return names;
}

export function backgroundOf(flow: Flow): string {
  // @ts-expect-error only one of the two forms has it
  if (flow.background === '') return '';
  return 'background_url' in flow ? flow.background_url : flow.background;
}

export async function unlessChanged(etag: string): Promise<PasswordStage | undefined> {
  const { data, error } = await client.GET('/stages/password/{stage_uuid}/', {
    params: { path: { stage_uuid: '' }, header: { 'If-None-Match': etag } },
  });
  if (error) throw new StagesError(error, new Response());
  // @ts-expect-error a 304 has no data
  return data.flow_set.length > 0 ? data : undefined;
}

/** Every schema of the contract is a type. */
export type Schemas = [
  BackendsEnum,
  DeniedActionEnum,
  FlowDesignationEnum,
  FlowLayoutEnum,
  FlowSet,
  FlowSet2025_12,
  PaginatedPasswordStageList,
  Pagination,
  PolicyEngineMode,
];

// @ts-expect-error a client needs an address
createClient({ token: 'token' });
// @ts-expect-error the contract has no such path
client.GET('/stages/', {});
// @ts-expect-error the list has no such parameter
client.GET('/stages/password/', { params: { query: { nome: '' } } });
// @ts-expect-error an iteration has no page of its own
client.stages({ page: '2' });
// @ts-expect-error the UUID is missing
client.GET('/stages/password/{stage_uuid}/', {});
// @ts-expect-error the server only reads
client.DELETE('/stages/password/{stage_uuid}/', { params: { path: { stage_uuid: '' } } });
