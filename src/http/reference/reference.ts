/** Serves the reference page, its files, and the contract that it shows, all without a token. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { extname } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { RequestHandler } from 'express';
import type { Contract } from '../../contract/contract.js';
import { matchesEtag } from '../json.js';
import { notAcceptable } from '../requests.js';

/** Handlers by path below the base path. */
type Routes = Record<string, RequestHandler>;

/** For the demo, the page offers what makes a first call succeed. Passes on every request that it does not know. */
export function createReference(contract: Contract, isDemo: boolean): RequestHandler {
  const routes = Object.entries({ ...pageRoutes(isDemo), ...contractRoutes(contract) });
  const handlers = new Map(routes.map(([path, handler]) => [contract.basePath + path, handler]));
  return (request, response, next) => {
    const handler = handlers.get(request.path);
    if (!handler) return next();
    response.set(SECURITY_HEADERS);
    return handler(request, response, next);
  };
}

const SECURITY_HEADERS = {
  // Swagger UI's style sheet holds its icons as data. The last three do not follow from `default-src`.
  'Content-Security-Policy': `default-src 'none';script-src 'self';style-src 'self';img-src 'self' data:;connect-src 'self';base-uri 'none';form-action 'none';frame-ancestors 'none'`,
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Frame-Options': 'DENY',
};

const contentOf = (name: string) => readFileSync(new URL(name, import.meta.url));
const fromPackage = createRequire(import.meta.url).resolve;
const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

/** Each file has an address that changes with its content, and may be kept for a year. */
function pageRoutes(isDemo: boolean): Routes {
  const files: Routes = {};
  const page = String(contentOf('../../../generated/reference.html'));
  const html = page.replace(/(?<=")reference\/([\w.-]+)(?=")/g, (_address, name: string) => {
    const isPackaged = name.startsWith('swagger-ui');
    const content = isPackaged ? readFileSync(fromPackage(`swagger-ui-dist/${name}`)) : contentOf(`browser/${name}`);
    const address = `reference/${digestOf(content)}/${name}`;
    const mediaType = `${MEDIA_TYPES[extname(name)]}; charset=utf-8`;
    files[`/${address}`] = toHandler(mediaType, content, 'public, max-age=31536000, immutable');
    return address;
  });
  const shown = isDemo ? html : html.replace(/<fieldset class="demo".*?<\/fieldset>/s, '');
  return { '/': negotiated({ 'text/html': toHandler('text/html; charset=utf-8', shown, 'no-cache') }), ...files };
}

// The first of each is registered (RFC 9512, RFC 8259); tools ask for the others.
const YAML = ['application/yaml', 'application/vnd.oai.openapi', 'application/x-yaml', 'text/yaml'];
const JSON_TYPES = ['application/json', 'application/vnd.oai.openapi+json'];

function contractRoutes({ document, source }: Contract): Routes {
  const json = JSON.stringify(document, null, 2);
  const send = (type: string) => toHandler(type, type.endsWith('json') ? json : source, 'public, max-age=60');
  return {
    // Where authentik serves its own.
    '/schema/': negotiated(Object.fromEntries([...YAML, ...JSON_TYPES].map((type) => [type, send(type)]))),
    '/schema.yaml': send('application/yaml'),
    '/schema.json': send('application/json'),
  };
}

/** By media type, what the client prefers; without `Accept`, the first. Throws a 406 when there is none. */
function negotiated(offered: Routes): RequestHandler {
  function refuse() {
    throw notAcceptable(Object.keys(offered));
  }
  return (_request, response) => void response.format({ ...offered, default: refuse });
}

/** Fit for a URL. */
const digestOf = (content: Buffer) => createHash('sha256').update(content).digest('base64url').slice(0, 16);

/** Sends what never changes while the process lives: compressed, or 304 when the client has it. */
function toHandler(mediaType: string, content: string | Buffer, cacheControl: string): RequestHandler {
  const bytes = Buffer.from(content);
  // Weak, since the compressed bytes have the same name.
  const etag = `W/"${digestOf(bytes)}"`;
  let compressing: Promise<Buffer> | undefined;
  return (request, response, next) => {
    response.vary('Accept-Encoding').set({ 'Cache-Control': cacheControl, ETag: etag });
    if (matchesEtag(request.headers['if-none-match'], etag)) return void response.status(304).send();
    // `set` would add a charset, which YAML and JSON do not have.
    response.setHeader('Content-Type', mediaType);
    if (request.acceptsEncodings('gzip', 'identity') !== 'gzip') return void response.send(bytes);
    compressing ??= promisify(gzip)(bytes);
    compressing.then((body) => response.set('Content-Encoding', 'gzip').send(body)).catch(next);
  };
}
