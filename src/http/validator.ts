/** Puts the contract into force: routing, security, and validation of requests and responses. */
import type { Application, Request, RequestHandler } from 'express';
import * as OpenApiValidator from 'express-openapi-validator';
import { type Contract, ContractError, type OperationObject } from '../contract/contract.js';

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
  readonly match: RequestHandler;
  /** Validates the request; from then on `res.json` validates the response. */
  readonly enforce: readonly RequestHandler[];
}

/** The security schemes that http/authentication.ts implements. */
const SCHEMES = ['authentik'];

// The format's own check takes `urn:uuid:` too; PostgreSQL and the contract do not.
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Rejects with a ContractError when the contract cannot be enforced. */
export async function createContractMiddleware(app: Application, contract: Contract): Promise<ContractMiddleware> {
  for (const scheme of Object.keys(contract.document.components?.securitySchemes ?? {})) {
    if (!SCHEMES.includes(scheme)) {
      throw new ContractError(`Nothing handles the contract's security scheme "${scheme}".`);
    }
  }
  // Which user it is, is decided when the database has responded; without a token no request gets here.
  const hasCaller = (request: Request) => request.context.caller !== undefined;
  const [load, match, ...enforce] = OpenApiValidator.middleware({
    // The validator edits the document that it is given.
    apiSpec: structuredClone(contract.document) as never,
    validateApiSpec: true,
    validateRequests: { allErrors: true, allowUnknownQueryParameters: false },
    validateResponses: { allErrors: true },
    validateSecurity: { handlers: Object.fromEntries(SCHEMES.map((scheme) => [scheme, hasCaller])) as never },
    fileUploader: false,
    formats: { uuid: { type: 'string', validate: (text: string) => UUID.test(text) } },
  }) as RequestHandler[];
  if (!load || !match) throw new Error('express-openapi-validator has changed its parts.');
  await loadContract(app, load);
  return { match, enforce };
}

/** A document that the validator cannot load would make each request a 500; find out before listening. */
function loadContract(app: Application, load: RequestHandler): Promise<void> {
  return new Promise((resolve, reject) => {
    load({ app } as Request, {} as never, (error?: unknown) => {
      if (error === undefined) return resolve();
      const { message = String(error), errors } = error as { message?: string; errors?: unknown };
      const details = errors ? ` ${JSON.stringify(errors)}` : '';
      reject(new ContractError(`The contract is not valid: ${message}${details}`));
    });
  });
}
