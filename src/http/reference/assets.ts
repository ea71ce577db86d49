/** The files that the reference page loads, each at an address that changes with its content. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { RequestHandler } from 'express';
import { always, toRepresentation } from './representation.js';

const fromPackage = createRequire(import.meta.url).resolve;
const own = (name: string) => fileURLToPath(new URL(`./browser/${name}`, import.meta.url));

const FILES = {
  swaggerScript: [fromPackage('swagger-ui-dist/swagger-ui-bundle.js'), 'text/javascript'],
  swaggerStyle: [fromPackage('swagger-ui-dist/swagger-ui.css'), 'text/css'],
  script: [own('page.js'), 'text/javascript'],
  swaggerTheme: [own('swagger-ui.css'), 'text/css'],
  frame: [own('frame.css'), 'text/css'],
  icon: [own('icon.svg'), 'image/svg+xml'],
} as const;

export type AssetName = keyof typeof FILES;

export interface Assets {
  /** Paths below the base path. */
  readonly paths: Readonly<Record<AssetName, string>>;
  readonly handlers: Readonly<Record<string, RequestHandler>>;
}

const ONE_YEAR_SECONDS = 31_536_000;
const CACHE_CONTROL = `public, max-age=${ONE_YEAR_SECONDS}, immutable`;

export function loadAssets(): Assets {
  const loaded = Object.entries(FILES).map(([name, [file, mediaType]]) => {
    const representation = toRepresentation(`${mediaType}; charset=utf-8`, readFileSync(file));
    const path = `/reference/${representation.digest}/${file.split(/[\\/]/).at(-1)}`;
    return { name, path, handler: always(representation, CACHE_CONTROL) };
  });
  return {
    paths: Object.fromEntries(loaded.map(({ name, path }) => [name, path])) as Assets['paths'],
    handlers: Object.fromEntries(loaded.map(({ path, handler }) => [path, handler])),
  };
}
