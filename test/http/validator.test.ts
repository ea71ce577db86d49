import { inspect } from 'node:util';
import { describe, expect, jest, test } from '@jest/globals';
import express from 'express';
import { type Contract, ContractError, parseContract } from '../../src/contract/contract.js';
import { createContractMiddleware } from '../../src/http/validator.js';
import { contract } from '../support/contract.js';

const handlers = { authentik: async () => true as const };

function enforce(
  source: Contract,
  security: Parameters<typeof createContractMiddleware>[2] = handlers,
) {
  return createContractMiddleware(express(), source, security);
}

const edited = (from: string | RegExp, to: string) =>
  parseContract(contract.source.replace(from, to));

describe('createContractMiddleware', () => {
  test('takes the contract', async () => {
    const { routing, enforcement } = await enforce(contract);
    expect(routing.length).toBeGreaterThan(0);
    expect(enforcement.length).toBeGreaterThan(0);
  });

  test('leaves the contract as it is', async () => {
    const before = JSON.stringify(contract.document);
    await enforce(contract);
    expect(JSON.stringify(contract.document)).toBe(before);
  });

  test.each([
    ['breaks OpenAPI', edited(/^info:\n( .*\n|\n)+/m, ''), /required property 'info'/],
    [
      'refers to nothing',
      edited("'#/components/schemas/FlowSet'", "'#/components/schemas/Gone'"),
      /Gone/,
    ],
    ['has an unknown type', edited('type: boolean', 'type: bool'), /must be/],
  ])('rejects a contract that %s, and tells why', async (_what, broken, reason) => {
    // The validator writes a part of its findings there.
    const output = jest.spyOn(console, 'error').mockImplementation(() => {});
    const failure = await enforce(broken).catch((error: unknown) => error);
    const told = inspect([failure, output.mock.calls], { depth: null });
    output.mockRestore();
    expect(failure).toBeInstanceOf(ContractError);
    expect(told).toMatch(reason);
  });

  test('rejects a security scheme that nothing handles', async () => {
    await expect(enforce(contract, {})).rejects.toThrow(
      new ContractError('Nothing handles the contract\'s security scheme "authentik".'),
    );
  });
});
