// Compiled in a project that has nothing but the packed package, under each kind of module resolution.
import {
  createClient,
  type ErrorCode,
  type GenericError,
  type PasswordStage,
  type UnexpectedAnswer,
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
function explain(error: GenericError | ValidationError | UnexpectedAnswer): string {
  switch (error.code) {
    case 'invalid': {
      const messages: readonly string[] = error.non_field_errors;
      // @ts-expect-error a ValidationError has no detail
      return messages.join() + error.detail;
    }
    case 'not_found':
      // @ts-expect-error a GenericError has no list of messages
      return error.non_field_errors.join();
    case 'unexpected_answer':
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

// @ts-expect-error a client needs an address
createClient({ token: 'token' });
// @ts-expect-error the contract has no such path
client.GET('/stages/', {});
// @ts-expect-error the UUID is missing
client.GET('/stages/password/{stage_uuid}/', {});
// @ts-expect-error the server only reads
client.DELETE('/stages/password/{stage_uuid}/', { params: { path: { stage_uuid: '' } } });
