/** Serves the reference page, its files, and the contract that it shows, all without a token. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type RequestHandler, Router } from 'express';
import helmet from 'helmet';
import { type Contract, ContractError } from '../../contract/contract.js';
import { negotiated, toRepresentation } from './representation.js';

export interface ReferenceOptions {
  /** Whether the page offers what makes a first call succeed on demo data. */
  readonly isDemo?: boolean;
}

/** Handlers by path below the base path. */
type Routes = Readonly<Record<string, RequestHandler>>;

/**
 * Passes on every request that it does not know, for the price of one look-up. Throws a ContractError when one of
 * its own paths would hide a path of the contract.
 */
export function createReference(contract: Contract, { isDemo = false }: ReferenceOptions): RequestHandler {
  const routes = { ...pageRoutes(isDemo), ...contractRoutes(contract) };
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

const fromPackage = createRequire(import.meta.url).resolve;
const own = (name: string) => fileURLToPath(new URL(name, import.meta.url));

const PAGE = own('../../../generated/reference.html');
const ASSETS = [
  [fromPackage('swagger-ui-dist/swagger-ui-bundle.js'), 'text/javascript'],
  [fromPackage('swagger-ui-dist/swagger-ui.css'), 'text/css'],
  [own('browser/page.js'), 'text/javascript'],
  [own('browser/frame.css'), 'text/css'],
  [own('browser/theme.css'), 'text/css'],
  [own('browser/icon.svg'), 'image/svg+xml'],
] as const;

/** Each file has an address that changes with its content, and may be kept for a year. */
function pageRoutes(isDemo: boolean): Routes {
  const routes: Record<string, RequestHandler> = {};
  let html = readFileSync(PAGE, 'utf8');
  if (!isDemo) html = html.replace(/<fieldset class="demo".*?<\/fieldset>/s, '');
  for (const [file, mediaType] of ASSETS) {
    const name = basename(file);
    const contentType = `${mediaType}; charset=utf-8`;
    const { digest, send } = toRepresentation(contentType, readFileSync(file), 'public, max-age=31536000, immutable');
    html = html.replaceAll(`"reference/${name}"`, `"reference/${digest}/${name}"`);
    routes[`/reference/${digest}/${name}`] = send;
  }
  const page = toRepresentation('text/html; charset=utf-8', html, 'no-cache');
  return { '/': negotiated(new Map([['text/html', page.send]])), ...routes };
}

// The first of each is registered (RFC 9512, RFC 8259); tools ask for the others.
const YAML = ['application/yaml', 'application/vnd.oai.openapi', 'application/x-yaml', 'text/yaml'];
const JSON_TYPES = ['application/json', 'application/vnd.oai.openapi+json'];

function contractRoutes(contract: Contract): Routes {
  const json = JSON.stringify(contract.document, null, 2);
  const send = (type: string) =>
    toRepresentation(type, type.endsWith('json') ? json : contract.source, 'public, max-age=60').send;
  return {
    // Where authentik serves its own.
    '/schema/': negotiated(new Map([...YAML, ...JSON_TYPES].map((type) => [type, send(type)]))),
    '/schema.yaml': send('application/yaml'),
    '/schema.json': send('application/json'),
  };
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
