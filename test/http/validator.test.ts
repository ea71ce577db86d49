import { inspect } from 'node:util';
import { describe, expect, jest, test } from '@jest/globals';
import express from 'express';
import { type Contract, ContractError, loadContract } from '../../src/contract/contract.js';
import { createContractMiddleware } from '../../src/http/validator.js';
import { contract } from '../support/contract.js';

const enforce = (source: Contract) => createContractMiddleware(express(), source);

const enforceEdited = async (from: string | RegExp, to: string) =>
  enforce(loadContract(contract.source.replace(from, to)));

describe('createContractMiddleware', () => {
  test('leaves the contract as it is', async () => {
    const before = JSON.stringify(contract.document);
    await enforce(contract);
    expect(JSON.stringify(contract.document)).toBe(before);
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
