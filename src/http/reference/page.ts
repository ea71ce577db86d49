/** The HTML of the reference page: a frame that says which contract this is, and the files that fill it. */
import type { RequestHandler } from 'express';
import type { Contract } from '../../contract/contract.js';
import { assertAcceptable } from './acceptable.js';
import type { AssetName } from './assets.js';
import { CONTRACT_PATHS } from './contract-files.js';
import { send, toRepresentation } from './representation.js';

/** What makes a first call succeed on demo data. */
export interface Demo {
  readonly token: string;
  /** Values of the contract's parameters, by name. */
  readonly parameters: Readonly<Record<string, string>>;
}

type AssetPaths = Readonly<Record<AssetName, string>>;

export function pageHandler(contract: Contract, assets: AssetPaths, demo?: Demo): RequestHandler {
  const html = renderPage(contract.document.info, assets, demo);
  const representation = toRepresentation('text/html; charset=utf-8', html);
  return (request, response) => {
    response.vary('Accept');
    assertAcceptable(request, ['text/html']);
    return send(request, response, representation, 'no-cache');
  };
}

/** Every address is relative to the page, so that a proxy may put the server below a path of its own. */
function renderPage(info: Contract['document']['info'], assets: AssetPaths, demo?: Demo): string {
  const title = escapeHtml(info.title);
  const version = escapeHtml(info.version);
  const yaml = relative(CONTRACT_PATHS.yaml);
  const json = relative(CONTRACT_PATHS.json);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · API reference</title>
<link rel="icon" type="image/svg+xml" href="${relative(assets.icon)}">
<link rel="stylesheet" href="${relative(assets.swaggerStyle)}">
<link rel="stylesheet" href="${relative(assets.frame)}">
<link rel="stylesheet" href="${relative(assets.swaggerTheme)}">
<script defer src="${relative(assets.swaggerScript)}"></script>
<script type="module" src="${relative(assets.script)}"></script>
</head>
<body>
<header class="masthead">
<div class="masthead-content">
<img src="${relative(assets.icon)}" width="32" height="32" alt="">
<h1>${title}</h1>
<p class="version">Version ${version}</p>
<nav aria-label="The contract as a file">
<a href="${yaml}">OpenAPI YAML</a>
<a href="${json}">OpenAPI JSON</a>
</nav>
</div>
</header>
${demo ? renderDemo(demo) : ''}
<div id="reference" data-contract="${json}">
<noscript><p class="notice">This page needs JavaScript; the contract does not: <a href="${yaml}">read it as YAML</a>.</p></noscript>
</div>
</body>
</html>
`;
}

function renderDemo(demo: Demo): string {
  return `<section id="demo" class="demo" aria-label="Demo data" data-demo="${escapeHtml(JSON.stringify(demo))}">
<p>This server answers from demo data. Its token is no secret: use it to try the operations below.</p>
<button type="button">Use the demo token</button>
<p role="status"></p>
</section>`;
}

function relative(path: string): string {
  return escapeHtml(path.slice(1));
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => ENTITIES[character] ?? '');
}
