/** Puts the contract into force: routing, security, and validation of requests and responses. */
import type { Application, Request, RequestHandler } from 'express';
import * as OpenApiValidator from 'express-openapi-validator';
import { type Contract, ContractError, type OperationObject } from '../contract/contract.js';
import { OperationError } from '../domain/errors.js';

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

/** The security schemes that http/authentication.ts implements. */
const SCHEMES = ['authentik'];

// The format's own check takes `urn:uuid:` too; PostgreSQL and the contract do not.
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/**
 * `match` finds the operation that a request means; `enforce` validates the request, and from then on `res.json` validates
 * the response. Rejects with a ContractError when the contract cannot be enforced.
 */
export async function createContractMiddleware(app: Application, contract: Contract) {
  const unknown = Object.keys(contract.document.components.securitySchemes).find((name) => !SCHEMES.includes(name));
  if (unknown) throw new ContractError(`Nothing handles the contract's security scheme "${unknown}".`);
  // Which user it is, is decided when the database has responded; without a token no request gets here.
  const hasCaller = (request: Request) => request.context.caller !== undefined;
  const [load, match, secure, ...validate] = OpenApiValidator.middleware({
    // The validator edits the document that it is given. Its types are for other documents and another Express.
    apiSpec: structuredClone(contract.document) as never,
    validateApiSpec: true,
    validateRequests: { allErrors: true, allowUnknownQueryParameters: false },
    validateResponses: { allErrors: true },
    validateSecurity: { handlers: Object.fromEntries(SCHEMES.map((scheme) => [scheme, hasCaller])) as never },
    fileUploader: false,
    formats: { uuid: { type: 'string', validate: (text: string) => UUID.test(text) } },
  }) as RequestHandler[];
  if (!load || !match || !secure) throw new Error('express-openapi-validator has changed its parts.');
  // A document that the validator cannot load would make each request a 500; find out before listening.
  await run(load, { app });
  const look = (path: string) => lookUp(path, app, match, validate);
  return { match: await createMatch(contract, look), enforce: [secure, ...validate] };
}

type Found = NonNullable<Request['openapi']>;

/**
 * The validator compiles the patterns of all paths again for each request, and takes further slashes at the end. So it is
 * asked once for each path what it finds there, and that is the same for every request but for the path's parameters.
 */
async function createMatch(contract: Contract, look: (path: string) => Promise<Found>): Promise<RequestHandler> {
  const paths = Object.keys(contract.document.paths).map((path) => contract.basePath + path);
  const routes = await Promise.all(
    paths.map(async (path) => {
      const pattern = new RegExp(`^${path.replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`);
      return { pattern, found: await look(path) };
    }),
  );
  return (request, _response, next) => {
    const [path = ''] = request.originalUrl.split('?');
    for (const { pattern, found } of routes) {
      const matched = pattern.exec(path);
      if (!matched) continue;
      const pathParams: Record<string, string> = {};
      // Before anything is decoded: that a path is malformed is told only to callers who may see stages.
      request.openapi = { ...found, pathParams };
      for (const [name, value] of Object.entries(matched.groups ?? {})) pathParams[name] = decoded(value);
    }
    next();
  };
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    const message = 'The path is not valid: each % must be followed by two hexadecimal digits of UTF-8.';
    throw new OperationError('invalid', message);
  }
}

/** What the validator finds at a path. Makes it compile the operation's schemas, for which the first requests would wait. */
async function lookUp(path: string, app: Application, match: RequestHandler, validate: RequestHandler[]) {
  const sample: Partial<Request> = { app, method: 'GET', baseUrl: '', path, originalUrl: path, headers: {}, query: {} };
  const response = { statusCode: 200, getHeaders: () => ({}), json: () => {} };
  for (const middleware of [match, ...validate]) await run(middleware, sample, response);
  // By now this is the validator's own.
  response.json();
  return sample.openapi as Found;
}

/** Runs a middleware of the validator outside of a request, which need not be valid. Rejects with a ContractError. */
function run(middleware: RequestHandler, request: Partial<Request>, response = {}): Promise<void> {
  return new Promise((resolve, reject) => {
    // It looks at nothing else of a request and a response.
    middleware(request as Request, response as never, (error?: unknown) => {
      const { status, message = String(error), errors } = Object(error) as { [name in string]?: unknown };
      if (error === undefined || status === 400) return resolve();
      const details = errors ? ` ${JSON.stringify(errors)}` : '';
      reject(new ContractError(`The contract is not valid: ${message}${details}`));
    });
  });
}
