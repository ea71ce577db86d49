/** Puts the contract into force: routing, security, and validation of requests and responses. */
import type { Application, Request, RequestHandler } from 'express';
import * as OpenApiValidator from 'express-openapi-validator';
import { type Contract, ContractError, type OperationObject } from '../contract/contract.js';
import type { SecurityHandler } from './authentication.js';

declare global {
  namespace Express {
    interface Request {
      /** What the validator found: the operation of the contract that the request means. */
      openapi?: {
        readonly openApiRoute: string;
        readonly pathParams: Readonly<Record<string, string>>;
        readonly schema: OperationObject;
      };
    }
  }
}

export interface ContractMiddleware {
  /** Finds the operation that a request means. */
  readonly routing: readonly RequestHandler[];
  /** Authenticates the caller and validates the request; from then on `res.json` validates the answer. */
  readonly enforcement: readonly RequestHandler[];
}

// The format's own check takes `urn:uuid:` too; PostgreSQL and the contract do not.
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Rejects with a ContractError when the contract cannot be enforced. */
export async function createContractMiddleware(
  app: Application,
  contract: Contract,
  securityHandlers: Readonly<Record<string, SecurityHandler>>,
): Promise<ContractMiddleware> {
  for (const scheme of Object.keys(contract.document.components?.securitySchemes ?? {})) {
    if (!securityHandlers[scheme]) {
      throw new ContractError(`Nothing handles the contract's security scheme "${scheme}".`);
    }
  }
  const [loading, matching, ...enforcement] = OpenApiValidator.middleware({
    // The validator edits the document that it is given.
    apiSpec: structuredClone(contract.document) as never,
    validateApiSpec: true,
    validateRequests: { allErrors: true, allowUnknownQueryParameters: false },
    validateResponses: { allErrors: true },
    validateSecurity: { handlers: securityHandlers as never },
    fileUploader: false,
    formats: { uuid: { type: 'string', validate: (text: string) => UUID.test(text) } },
  }) as RequestHandler[];
  if (!loading || !matching) throw new Error('express-openapi-validator has changed its parts.');
  await load(app, loading);
  return { routing: [matching], enforcement };
}

/** A document that the validator cannot load would make each request a 500; find out before listening. */
function load(app: Application, loading: RequestHandler): Promise<void> {
  return new Promise((resolve, reject) => {
    loading({ app } as Request, {} as never, (error?: unknown) => {
      if (error === undefined) resolve();
      else reject(new ContractError(`The contract is not valid: ${explain(error)}`));
    });
  });
}

function explain(error: unknown): string {
  const { message, errors } = error as { message?: string; errors?: unknown };
  return errors ? `${message} ${JSON.stringify(errors)}` : String(message ?? error);
}
