/** The handler that one writes first: a query for the token, one for the permissions, one for the stage. */

export interface Permissions {
  readonly seesAll: boolean;
  /** The permission for at least one stage. */
  readonly seesAny: boolean;
  /** The permission for the stage that was asked for. */
  readonly seesStage: boolean;
}

export interface Reads {
  /** The id of the active user of an API token in force. */
  findUser(token: string): Promise<number | undefined>;
  findPermissions(userId: number, stageUuid: string): Promise<Permissions>;
  /** By the names of the contract. */
  findStage(stageUuid: string): Promise<Record<string, unknown> | undefined>;
}

const CODES: Readonly<Record<number, string>> = {
  400: 'invalid',
  403: 'permission_denied',
  404: 'not_found',
};

/** In the form of the contract; the wording is each framework's own. */
export function errorBody(status: number, message: string): object {
  const code = CODES[status] ?? 'internal_error';
  return status === 400 ? { non_field_errors: [message], code } : { detail: message, code };
}

/** Express and its validator read `status`, Fastify `statusCode`. */
function failure(status: number, message: string): Error {
  return Object.assign(new Error(message), { status, statusCode: status });
}

function bearerToken(authorization: string | undefined): string {
  const [, token] = /^Bearer +(\S+)$/i.exec(authorization ?? '') ?? [];
  if (!token) throw failure(403, 'Authentication credentials were not provided.');
  return token;
}

export type Handler = ReturnType<typeof createHandler>;

export function createHandler({ findUser, findPermissions, findStage }: Reads) {
  return {
    async authenticate(authorization: string | undefined): Promise<number> {
      const userId = await findUser(bearerToken(authorization));
      if (userId === undefined) throw failure(403, 'Token invalid or expired.');
      return userId;
    },
    async retrieve(stageUuid: string, userId: number): Promise<object> {
      const { seesAll, seesAny, seesStage } = await findPermissions(userId, stageUuid);
      if (!seesAll && !seesAny) throw failure(403, 'You may not view password stages.');
      const stage = seesAll || seesStage ? await findStage(stageUuid) : undefined;
      if (!stage) throw failure(404, 'Not found.');
      const { pk, name, ...others } = stage;
      return { pk, name, ...CONSTANTS, ...others };
    },
  };
}

const CONSTANTS = {
  component: 'ak-stage-password-form',
  verbose_name: 'Password Stage',
  verbose_name_plural: 'Password Stages',
  meta_model_name: 'authentik_stages_password.passwordstage',
};
