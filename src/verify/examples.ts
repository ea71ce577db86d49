/** The named examples of the contract, which say what a check expects. */

import type { Contract } from '../contract/contract.js';
import type { WireResponse } from '../contract/response-checker.js';
import type { OperationId } from '../contract/types.js';

export interface Example {
  readonly operationId: OperationId;
  readonly name: string;
  /** The answer that the contract shows: the example as body, and the examples of the headers. */
  readonly answer: WireResponse;
}

export function examplesOf(contract: Contract, operationId: OperationId): Example[] {
  const { responses } = contract.operationOf(operationId);
  return Object.entries(responses).flatMap(([status, { headers = {}, content = {} }]) =>
    Object.entries(content).flatMap(([mediaType, { examples = {} }]) =>
      Object.entries(examples).map(([name, { value }]) => ({
        operationId,
        name,
        answer: {
          status: Number(status),
          headers: new Headers([
            ['Content-Type', mediaType],
            ...Object.entries(headers).map(([header, { example }]) => [header, String(example)]),
          ] as [string, string][]),
          text: JSON.stringify(value),
        },
      })),
    ),
  );
}
