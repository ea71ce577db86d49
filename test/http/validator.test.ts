import { inspect } from 'node:util';
import { describe, expect, jest, test } from '@jest/globals';
import Ajv from 'ajv/dist/core.js';
import express from 'express';
import { type Contract, ContractError, loadContract } from '../../src/contract/contract.js';
import { DEMO } from '../../src/demo/demo.js';
import { createContractMiddleware } from '../../src/http/validator.js';
import { contract, pathTo } from '../support/contract.js';
import { DEMO_TOKENS, startDemoService } from '../support/service.js';
import { send } from '../support/wire.js';

const enforce = (source: Contract) => createContractMiddleware(express(), source);

const enforceEdited = async (from: string | RegExp, to: string) =>
  enforce(loadContract(contract.source.replace(from, to)));

describe('createContractMiddleware', () => {
  test('leaves the contract as it is', async () => {
    const before = JSON.stringify(contract.document);
    await enforce(contract);
    expect(JSON.stringify(contract.document)).toBe(before);
  });

  test('compiles all schemas before the first request', async () => {
    // Every way to compile a schema comes here.
    const ajv = Ajv.default.prototype as unknown as { _compileSchemaEnv(): unknown };
    const compile = jest.spyOn(ajv, '_compileSchemaEnv');
    const service = await startDemoService();
    expect(compile).toHaveBeenCalled();
    compile.mockClear();
    const headers = { Authorization: `Bearer ${DEMO_TOKENS.administrator}` };
    const paths = [pathTo(DEMO.stageUuid), `${contract.basePath}/stages/password/?page=1`];
    for (const path of paths)
      expect(await send(service.url, path, { headers })).toHaveProperty('status', 200);
    const count = compile.mock.calls.length;
    compile.mockRestore();
    await service.close();
    expect(count).toBe(0);
  });

  test.each<[string, string | RegExp, string, RegExp]>([
    ['breaks OpenAPI', /^info:\n( .*\n|\n)+/m, '', /required property 'info'/],
    ['refers to nothing', "'#/components/schemas/FlowSet'", "'#/components/schemas/Gone'", /Gone/],
    ['has an unknown type', /type: boolean\n/, 'type: bool\n', /must be/],
  ])('rejects a contract that %s, and tells why', async (_what, from, to, reason) => {
    // The validator writes a part of its findings there.
    const output = jest.spyOn(console, 'error').mockImplementation(() => {});
    const failure = await enforceEdited(from, to).catch((error: unknown) => error);
    const told = inspect([failure, output.mock.calls], { depth: null });
    output.mockRestore();
    expect(failure).toHaveProperty('message');
    expect(told).toMatch(reason);
  });

  test('rejects a security scheme that nothing handles', async () => {
    await expect(
      enforceEdited(/^ {4}authentik:\n {6}type: http/m, '    other:\n      type: http'),
    ).rejects.toThrow(
      new ContractError('Nothing handles the contract\'s security scheme "other".'),
    );
  });
});
