/** Serves the reference page, its files, and the contract that it shows, all without a token. */
import { type RequestHandler, Router } from 'express';
import helmet from 'helmet';
import { type Contract, ContractError } from '../../contract/contract.js';
import { contractRoutes, loadAssets } from './files.js';
import { type Demo, pageHandler } from './page.js';

export interface ReferenceOptions {
  /** Undefined: the server does not serve demo data. */
  readonly demo?: Demo | undefined;
}

/**
 * Passes on every request that it does not know, for the price of one look-up. Throws a ContractError when one of
 * its own paths would hide a path of the contract.
 */
export function createReference(contract: Contract, { demo }: ReferenceOptions): RequestHandler {
  const assets = loadAssets();
  const routes = {
    '/': pageHandler(contract, assets.paths, demo),
    ...assets.routes,
    ...contractRoutes(contract),
  };
  assertApart(Object.keys(contract.document.paths), Object.keys(routes));
  const router = Router({ strict: true, caseSensitive: true });
  router.use(securityHeaders);
  const known = new Set<string>();
  for (const [path, handler] of Object.entries(routes)) {
    known.add(contract.basePath + path);
    router.get(contract.basePath + path, handler);
  }
  return (request, response, next) => (known.has(request.path) ? router(request, response, next) : next());
}

function assertApart(templates: readonly string[], paths: readonly string[]): void {
  for (const template of templates) {
    const pattern = new RegExp(`^${template.replace(/[^/]*\{[^/]*/g, '[^/]+')}$`);
    const hidden = paths.find((path) => pattern.test(path));
    if (hidden) throw new ContractError(`The reference page's ${hidden} would hide the contract's ${template}.`);
  }
}

const securityHeaders = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
      // Swagger UI's style sheet holds its icons.
      imgSrc: ["'self'", 'data:'],
      connectSrc: ["'self'"],
      baseUri: ["'none'"],
      formAction: ["'none'"],
      frameAncestors: ["'none'"],
    },
  },
  // The server speaks plain HTTP, where browsers ignore or refuse these; they belong to whoever adds TLS.
  strictTransportSecurity: false,
  crossOriginOpenerPolicy: false,
  originAgentCluster: false,
  xFrameOptions: { action: 'deny' },
});
