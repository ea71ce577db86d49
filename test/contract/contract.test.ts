import { describe, expect, test } from '@jest/globals';
import { ContractError, loadContract } from '../../src/contract/contract.js';

const MINIMAL = `
openapi: 3.1.0
servers: [{ url: /base/ }]
paths:
  /things/{id}/:
    get:
      operationId: stages_password_retrieve
      parameters:
        - { name: id, in: path }
        - { $ref: '#/components/parameters/Search' }
components:
  parameters:
    Search: { name: search, in: query }
`;

describe('loadContract', () => {
  const contract = loadContract(MINIMAL);

  test('gives the base path without its last slash', () => {
    expect(contract.basePath).toBe('/base');
  });

  test('knows where each operation is', () => {
    expect(contract.operationIds).toEqual(['stages_password_retrieve']);
    expect(contract.pathOf('stages_password_retrieve')).toBe('/things/{id}/');
    expect(() => contract.pathOf('stages_password_list')).toThrow(ContractError);
  });

  test('finds parameters wherever they stand', () => {
    const parameters = contract.parametersOf('stages_password_retrieve');
    expect([...parameters.keys()]).toEqual(['id', 'search']);
  });

  test('adds HEAD and OPTIONS to the methods', () => {
    expect(contract.allowedMethods).toEqual(['GET', 'HEAD', 'OPTIONS']);
    const writing = loadContract(MINIMAL.replace('get:', 'post:'));
    expect(writing.allowedMethods).toEqual(['POST', 'OPTIONS']);
  });

  test('keeps the text as it was written', () => {
    expect(contract.source).toBe(MINIMAL);
  });

  test.each([
    ['is not YAML', 'paths: [', /openapi\.yaml cannot be read: .* at line 1, column 9/s],
    ['is empty', '', /openapi\.yaml cannot be read: /],
    ['is another document', 'hello', /openapi\.yaml cannot be read: /],
    ['has no server', MINIMAL.replace('servers', 'x-servers'), /openapi\.yaml cannot be read: /],
    ['has no paths', MINIMAL.replace('paths', 'x-paths'), /openapi\.yaml cannot be read: /],
    [
      'lacks a parameter',
      MINIMAL.replace('Search:', 'Other:'),
      /openapi\.yaml cannot be read: There is no #\/components\/parameters\/Search\./,
    ],
  ])('rejects a text that %s', (_what, source, message) => {
    expect(() => loadContract(source)).toThrow(ContractError);
    expect(() => loadContract(source)).toThrow(message);
  });
});
