import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ContractError, loadContract, parseContract } from '../../src/contract/contract.js';

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

describe('parseContract', () => {
  const contract = parseContract(MINIMAL);

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
    const writing = parseContract(MINIMAL.replace('get:', 'post:'));
    expect(writing.allowedMethods).toEqual(['POST', 'OPTIONS']);
  });

  test('keeps the text as it was written', () => {
    expect(contract.source).toBe(MINIMAL);
  });

  test.each([
    ['is not YAML', 'paths: [', /^The contract a\.yaml is not YAML: /],
    ['is empty', '', /is not an OpenAPI 3\.1 document/],
    ['is another document', 'hello', /is not an OpenAPI 3\.1 document/],
    ['is of another OpenAPI', MINIMAL.replace('3.1.0', '3.0.3'), /is not an OpenAPI 3\.1 document/],
    ['has no server', MINIMAL.replace('servers', 'x-servers'), /lacks "servers" or "paths"/],
    ['has no paths', MINIMAL.replace('paths', 'x-paths'), /lacks "servers" or "paths"/],
    [
      'lacks a parameter',
      MINIMAL.replace('Search:', 'Other:'),
      /lacks #\/components\/parameters\/Search/,
    ],
  ])('rejects a text that %s', (_what, source, message) => {
    expect(() => parseContract(source, 'a.yaml')).toThrow(ContractError);
    expect(() => parseContract(source, 'a.yaml')).toThrow(message);
  });
});

describe('loadContract', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'contract-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test('reads a file', () => {
    const file = join(folder, 'good.yaml');
    writeFileSync(file, MINIMAL);
    expect(loadContract(file).basePath).toBe('/base');
  });

  test('names a file that is not there', () => {
    const file = join(folder, 'absent.yaml');
    expect(() => loadContract(file)).toThrow(ContractError);
    expect(() => loadContract(file)).toThrow(`The contract ${file} cannot be read.`);
  });
});
