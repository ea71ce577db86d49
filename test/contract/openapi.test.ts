import { describe, expect, test } from '@jest/globals';
import {
  checkResponse,
  contract,
  enumOf,
  responsesOf,
  responseWith,
  type Schema,
  schemas,
} from '../support/contract.js';

/** The example of authentik's own documentation. */
const DOCUMENTED_EXAMPLE = {
  pk: '3fa85f64-5717-4562-b3fc-2c963f66afa6',
  name: 'string',
  component: 'string',
  verbose_name: 'string',
  verbose_name_plural: 'string',
  meta_model_name: 'string',
  flow_set: [
    {
      pk: '3fa85f64-5717-4562-b3fc-2c963f66afa6',
      policybindingmodel_ptr_id: '3fa85f64-5717-4562-b3fc-2c963f66afa6',
      name: 'string',
      slug: 'string',
      title: 'string',
      designation: 'authentication',
      background: 'string',
      policy_engine_mode: 'all',
      compatibility_mode: true,
      export_url: 'string',
      layout: 'stacked',
      denied_action: 'message_continue',
    },
  ],
  backends: ['authentik.core.auth.InbuiltBackend'],
  configure_flow: '3fa85f64-5717-4562-b3fc-2c963f66afa6',
  failed_attempts_before_cancel: 0,
};

/** Values of authentik 2024.6, and what later releases added. */
const ENUMS = {
  BackendsEnum: [
    'authentik.core.auth.InbuiltBackend',
    'authentik.core.auth.TokenBackend',
    'authentik.sources.ldap.auth.LDAPBackend',
    'authentik.sources.kerberos.auth.KerberosBackend',
  ],
  FlowDesignationEnum: [
    'authentication',
    'authorization',
    'invalidation',
    'enrollment',
    'unenrollment',
    'recovery',
    'stage_configuration',
  ],
  PolicyEngineMode: ['all', 'any'],
  FlowLayoutEnum: [
    'stacked',
    'content_left',
    'content_right',
    'sidebar_left',
    'sidebar_right',
    'sidebar_left_frame_background',
    'sidebar_right_frame_background',
  ],
  DeniedActionEnum: ['message_continue', 'message', 'continue'],
};

const { operationIds } = contract;

/** Every documented response of every operation. */
const RESPONSES = operationIds.flatMap((operationId) =>
  Object.entries(responsesOf(operationId)).map(([status, response]) => ({
    operationId,
    status: Number(status),
    response,
    examples: Object.entries(response.content?.['application/json']?.examples ?? {}),
  })),
);

/** The codes of the contract with the statuses that its table gives them. */
function documentedStatuses(): [code: string, status: number][] {
  const table = schemas.GenericError?.properties?.code?.description ?? '';
  return [...table.matchAll(/^\| `(\w+)` \| (\d{3}) \|/gm)].map(([, code = '', status]) => [
    code,
    Number(status),
  ]);
}

describe('openapi.yaml', () => {
  test('has a version of three numbers', () => {
    expect(contract.document.info.version).toMatch(/^\d+\.\d+\.\d+$/);
  });

  test.each(
    Object.entries(schemas),
  )('%s and its fields have a description and an example', (name, schema) => {
    expect(gapsIn(name, schema)).toEqual([]);
  });

  test.each(
    operationIds,
  )('the parameters of %s have a description and an example', (operationId) => {
    const gaps = [...contract.parametersOf(operationId).values()].filter(
      ({ description, example }) => !description || example === undefined,
    );
    expect(gaps.map(({ name }) => name)).toEqual([]);
  });

  test.each(RESPONSES)('$operationId $status always carries X-Request-Id', ({ response }) => {
    expect(response.headers?.['X-Request-Id']?.required).toBe(true);
  });

  test.each(
    RESPONSES.filter(({ response }) => response.content),
  )('$operationId $status has named examples, which fit the contract', ({
    operationId,
    status,
    examples,
  }) => {
    expect(examples).not.toEqual([]);
    for (const [name, { value }] of examples) {
      const problems = checkResponse(operationId, responseWith(operationId, status, value));
      expect({ name, problems }).toEqual({ name, problems: [] });
    }
  });

  test("authentik's documented example is a password stage", () => {
    const response = responseWith('stages_password_retrieve', 200, DOCUMENTED_EXAMPLE);
    expect(checkResponse('stages_password_retrieve', response)).toEqual([]);
  });

  const FLOW_FIELDS = Object.keys(DOCUMENTED_EXAMPLE.flow_set[0] ?? {});
  test.each([
    ['PasswordStage', Object.keys(DOCUMENTED_EXAMPLE), ['allow_show_password']],
    ['FlowSet', FLOW_FIELDS, []],
    ['FlowSet2025_12', FLOW_FIELDS.map((name) => name.replace('background', '$&_url')), []],
    ['PaginatedPasswordStageList', ['pagination', 'results'], ['autocomplete']],
  ])("%s has authentik's fields in authentik's order, and promises those of every release", (name, fields, later) => {
    expect(Object.keys(schemas[name]?.properties ?? {})).toEqual([...fields, ...later]);
    expect([...(schemas[name]?.required ?? [])].sort()).toEqual([...fields].sort());
  });

  test('the two forms of a flow differ in the background and in the length of a slug', () => {
    const { background, slug, ...documented } = schemas.FlowSet?.properties ?? {};
    const { background_url, slug: later, ...rest } = schemas.FlowSet2025_12?.properties ?? {};
    expect(rest).toEqual(documented);
    expect(slug).toEqual({ ...later, maxLength: 50 });
    expect(background).toMatchObject({ type: 'string', readOnly: true });
    expect(background_url).toMatchObject({ type: 'string', readOnly: true });
  });

  test.each(Object.entries(ENUMS))('%s has exactly the values of all releases', (name, values) => {
    expect(enumOf(name)).toEqual(values);
  });

  test('every error code belongs to one status, by the examples and by the table of codes', () => {
    const codes = [
      ...enumOfField('ValidationError', 'code'),
      ...enumOfField('GenericError', 'code'),
    ];
    expect(new Set(codes).size).toBe(codes.length);
    const shown = new Set(
      RESPONSES.flatMap(({ status, examples }) =>
        examples
          .map(([, { value }]) => (value as { code?: string }).code)
          .filter((code) => code !== undefined)
          .map((code) => `${code} ${status}`),
      ),
    );
    const table = documentedStatuses();
    expect(table.map(([code]) => code)).toEqual(enumOfField('GenericError', 'code'));
    expect([...shown].sort()).toEqual(
      ['invalid 400', ...table.map(([code, status]) => `${code} ${status}`)].sort(),
    );
  });
});

function enumOfField(schema: string, field: string): readonly string[] {
  return schemas[schema]?.properties?.[field]?.enum ?? [];
}

/** The places below a schema that lack a description or an example. */
function gapsIn(place: string, schema: Schema): string[] {
  const gaps = [
    ...(schema.description ? [] : [`${place} has no description`]),
    ...(schema.example === undefined && !schema.properties && !schema.oneOf
      ? [`${place} has no example`]
      : []),
  ];
  const fields = Object.entries(schema.properties ?? {}).flatMap(([name, field]) =>
    gapsIn(`${place}.${name}`, field),
  );
  return [...gaps, ...fields, ...(schema.items ? gapsIn(`${place}[]`, schema.items) : [])];
}
