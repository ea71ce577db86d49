/** The files around the reference page: what it loads, and the contract as YAML and JSON. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { RequestHandler } from 'express';
import type { Contract } from '../../contract/contract.js';
import { negotiate, toRepresentation } from './representation.js';

/** Handlers by path below the base path. */
export type Routes = Readonly<Record<string, RequestHandler>>;

const fromPackage = createRequire(import.meta.url).resolve;
const own = (name: string) => fileURLToPath(new URL(`./browser/${name}`, import.meta.url));

const ASSETS = {
  swaggerScript: [fromPackage('swagger-ui-dist/swagger-ui-bundle.js'), 'text/javascript'],
  swaggerStyle: [fromPackage('swagger-ui-dist/swagger-ui.css'), 'text/css'],
  script: [own('page.js'), 'text/javascript'],
  swaggerTheme: [own('swagger-ui.css'), 'text/css'],
  frame: [own('frame.css'), 'text/css'],
  icon: [own('icon.svg'), 'image/svg+xml'],
} as const;

export type AssetPaths = Readonly<Record<keyof typeof ASSETS, string>>;

/** Each file has an address that changes with its content, and may be kept for a year. */
export function loadAssets(): { readonly paths: AssetPaths; readonly routes: Routes } {
  const assets = Object.entries(ASSETS).map(([name, [file, mediaType]]) => {
    const { digest, send } = toRepresentation(
      `${mediaType}; charset=utf-8`,
      readFileSync(file),
      'public, max-age=31536000, immutable',
    );
    return { name, path: `/reference/${digest}/${file.split(/[\\/]/).at(-1)}`, send };
  });
  return {
    // The names are the keys of ASSETS.
    paths: Object.fromEntries(assets.map(({ name, path }) => [name, path])) as AssetPaths,
    routes: Object.fromEntries(assets.map(({ path, send }) => [path, send])),
  };
}

/** `negotiated` is where authentik serves its own. */
export const CONTRACT_PATHS = {
  negotiated: '/schema/',
  yaml: '/schema.yaml',
  json: '/schema.json',
} as const;

// The first of each is registered (RFC 9512, RFC 8259); tools ask for the others.
const YAML = ['application/yaml', 'application/vnd.oai.openapi', 'application/x-yaml', 'text/yaml'];
const JSON_TYPES = ['application/json', 'application/vnd.oai.openapi+json'];

export function contractRoutes(contract: Contract): Routes {
  const json = JSON.stringify(contract.document, null, 2);
  const send = (type: string) =>
    toRepresentation(type, type.endsWith('json') ? json : contract.source, 'public, max-age=60').send;
  const offered = new Map([...YAML, ...JSON_TYPES].map((type) => [type, send(type)]));
  return {
    [CONTRACT_PATHS.negotiated]: (request, response, next) => {
      response.vary('Accept');
      return offered.get(negotiate(request, [...offered.keys()]))?.(request, response, next);
    },
    [CONTRACT_PATHS.yaml]: send('application/yaml'),
    [CONTRACT_PATHS.json]: send('application/json'),
  };
}
