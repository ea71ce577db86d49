/** The path of a request: an Express application that knows no port and no environment. */
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import type { Logger } from 'pino';
import type { Config } from '../config.js';
import type { Contract } from '../contract/contract.js';
import type { OperationId } from '../contract/types.js';
import type { AccessRepository } from '../data/access.js';
import type { Principal } from '../domain/access.js';
import { OperationError } from '../domain/errors.js';
import type { OperationTable } from '../operations/operations.js';
import { type Authenticate, createAuthentication } from './authentication.js';
import { sendError, toOperationError } from './errors.js';
import type { InFlight } from './in-flight.js';
import { sendJson } from './json.js';
import type { Metrics } from './metrics.js';
import { recordRequests } from './record.js';
import { createReference } from './reference/reference.js';
import { checkAccept, checkMethod, checkTarget, readQuery } from './requests.js';
import { createContractMiddleware } from './validator.js';

type HttpConfig = Pick<Config['http'], 'maxActiveRequests' | 'requestTimeoutMs' | 'referencePage'>;

export interface AppOptions extends HttpConfig {
  readonly contract: Contract;
  readonly operations: OperationTable;
  readonly access: AccessRepository;
  /** Resolves while requests can be served; rejects with the reason when not. */
  readonly checkReadiness: () => Promise<void>;
  readonly logger: Logger;
  readonly inFlight: InFlight;
  readonly isDemo: boolean;
  /** Undefined: nothing is counted. */
  readonly metrics?: Metrics | undefined;
}

/** Rejects with a ContractError when the contract cannot be enforced. */
export async function createApp(options: AppOptions): Promise<Express> {
  const { contract, logger, metrics } = options;
  const authenticate = createAuthentication(options.access);
  const app = express();
  app.disable('x-powered-by');
  app.set('query parser', 'simple');
  app.response.json = sendJson;
  const { match, enforce } = await createContractMiddleware(app, contract);

  // Whatever happens to a request, it has an id and is recorded.
  app.use(recordRequests(logger, metrics));
  // What is no proper HTTP request goes no further.
  app.use(checkTarget);
  // The validator would refuse HEAD and OPTIONS, and knows no 405 for other paths.
  app.use(checkMethod);
  // An orchestrator must get a response however much there is to do.
  app.use(healthPages(options.checkReadiness));
  // The requests that are let in keep their speed when there are too many, and none waits for ever.
  app.use(admit(options));
  // Its paths are not the contract's.
  if (options.referencePage) app.use(createReference(contract, options.isDemo));
  // From here on as authentik does it: 404, 406, 403, and only then 400.
  app.use(match, checkAccept);
  // Begins to look the caller up, and refuses requests without a token.
  app.use((request, _response, next) => {
    if (request.openapi) void authenticate(request);
    next();
  });
  // Security, parameters, and later the response, by the contract.
  app.use(readQuery(contract), ...enforce);
  app.use(handle(options.operations, authenticate));
  app.use(() => {
    throw new OperationError('not_found', `There is nothing at this path: operations are below ${contract.basePath}.`);
  });
  app.use(sendErrors(authenticate));
  return app;
}

const OK = '{"status":"ok"}';
const OK_HEADERS = { 'Cache-Control': 'no-store', 'Content-Type': 'application/json', 'Content-Length': OK.length };

/** Outside the contract's base path: authentik has no such pages. */
function healthPages(checkReadiness: () => Promise<void>): RequestHandler {
  return async ({ path }, response, next) => {
    if (path !== '/livez' && path !== '/readyz') return next();
    if (path === '/readyz') {
      await checkReadiness().catch((cause: unknown) => {
        throw new OperationError('service_unavailable', 'Not ready.', { cause });
      });
    }
    // By Node's means: Express would send 304 to a condition, where somebody asks for the state of this moment.
    response.writeHead(200, OK_HEADERS).end(OK);
  };
}

// A client sends its next request after its response: the delay keeps excess requests from coming faster than they can
// be refused beside the work on the others.
const EXCESS_DELAY_MS = 1000;
// One client may send many requests without waiting for responses.
const MAX_EXCESS = 10_000;
const TOO_MANY = new OperationError('service_unavailable', 'Too many requests at the same time.');
const TOO_LONG = new OperationError('service_unavailable', 'The request took too long.');

function admit({ inFlight, maxActiveRequests, requestTimeoutMs }: AppOptions): RequestHandler {
  let active = 0;
  return (request, response, next) => {
    if (active < maxActiveRequests) {
      active += 1;
      const timer = setTimeout(() => sendError(request, response, TOO_LONG), requestTimeoutMs);
      response.on('close', () => {
        active -= 1;
        clearTimeout(timer);
      });
      return next();
    }
    if (inFlight.size - active > MAX_EXCESS) return void request.socket.destroy();
    // Every step on the way to `sendErrors` would take time from the requests that are let in.
    setTimeout(() => sendError(request, response, TOO_MANY), EXCESS_DELAY_MS);
  };
}

/** Any handler, seen from here. */
type UntypedHandler = (input: object, caller: Promise<Principal>) => Promise<{ status: number; body: unknown }>;

function handle(operations: OperationTable, authenticate: Authenticate): RequestHandler {
  // The validator checks requests against the contract that the handlers' inputs are generated from.
  const handlers = operations as unknown as Readonly<Record<OperationId, UntypedHandler>>;
  return async (request, response, next) => {
    if (!request.openapi) return next();
    const { pathParams, schema } = request.openapi;
    const caller = authenticate(request);
    const input = { path: pathParams, query: request.query };
    const { status, body } = await handlers[schema.operationId](input, caller);
    // Whatever the handler did with it: nobody gets a result who may not have one.
    await caller;
    response.status(status).json(body);
  };
}

/** What is wrong with a request is told only to callers who may see stages, as in authentik. */
function sendErrors(authenticate: Authenticate): ErrorRequestHandler {
  // Express knows an error handler by its four parameters.
  return async (thrown, request, response, _next) => {
    let error = toOperationError(thrown);
    try {
      if (error.code === 'invalid' && request.openapi) await authenticate(request);
    } catch (refusal) {
      error = toOperationError(refusal);
    }
    sendError(request, response, error);
  };
}
