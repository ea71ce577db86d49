import type { Handler, OperationTable } from '../../src/operations/operations.js';

type Retrieve = Handler<'stages_password_retrieve'>;
declare const retrieve: Retrieve;
declare const list: Handler<'stages_password_list'>;
declare const stage: Extract<Awaited<ReturnType<Retrieve>>, { status: 200 }>['body'];

export const complete: OperationTable = {
  stages_password_list: list,
  stages_password_retrieve: retrieve,
};

// @ts-expect-error Property 'stages_password_list' is missing
export const withoutHandler: OperationTable = { stages_password_retrieve: retrieve };

export const withExtraHandler: OperationTable = {
  stages_password_list: list,
  stages_password_retrieve: retrieve,
  // @ts-expect-error 'stages_password_destroy' does not exist
  stages_password_destroy: retrieve,
};

export const withForeignHandler: OperationTable = {
  // @ts-expect-error is not assignable to type 'Handler<"stages_password_list">'
  stages_password_list: retrieve,
  stages_password_retrieve: retrieve,
};

export const found: Retrieve = async () => ({ status: 200, body: stage });

export const hidden: Retrieve = async () => ({
  status: 404,
  body: { detail: 'Not found.', code: 'not_found' },
});

export const malformed: Retrieve = async () => ({
  status: 400,
  body: { non_field_errors: ['Leave it out.'], code: 'invalid' },
});

// @ts-expect-error Type '201' is not assignable
export const undocumentedStatus: Retrieve = async () => ({ status: 201, body: stage });

// @ts-expect-error Type '304' is not assignable
export const statusWithoutBody: Retrieve = async () => ({ status: 304, body: stage });

// @ts-expect-error is not assignable to type 'Promise<OperationResponse<"stages_password_retrieve">>'
export const bodyOfAnotherStatus: Retrieve = async () => ({ status: 404, body: stage });

// @ts-expect-error is not assignable to type 'Promise<OperationResponse<"stages_password_retrieve">>'
export const errorAsSuccess: Retrieve = async () => ({
  status: 200,
  body: { detail: 'Not found.', code: 'not_found' },
});

// @ts-expect-error Type '"gone"' is not assignable
export const unknownCode: Retrieve = async () => ({
  status: 404,
  body: { detail: 'Gone.', code: 'gone' },
});

// @ts-expect-error Property 'flow_set' is missing
export const missingField: Retrieve = async () => {
  const { flow_set: _left, ...rest } = stage;
  return { status: 200, body: rest };
};

// @ts-expect-error Type '"MagicBackend"' is not assignable
export const unknownBackend: Retrieve = async () => ({
  status: 200,
  body: { ...stage, backends: ['MagicBackend'] },
});

export const input: Retrieve = async ({ path }) => {
  const uuid: string = path.stage_uuid;
  return { status: 200, body: { ...stage, pk: uuid } };
};

export const wrongPathParameter: Retrieve = async ({ path }) => ({
  status: 200,
  // @ts-expect-error Property 'stage_id' does not exist
  body: { ...stage, pk: path.stage_id },
});

export const parameterOfAnotherOperation: Retrieve = async ({ query }) => ({
  status: 200,
  // @ts-expect-error Property 'search' does not exist
  body: { ...stage, name: query.search },
});
