/** The HTML of the reference page: which contract this is, a place for Swagger UI, the errors and the headers. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RequestHandler } from 'express';
import type { Contract, ResponseObject } from '../../contract/contract.js';
import type { ErrorBody } from '../../contract/types.js';
import { packageRoot } from '../../package-root.js';
import { type AssetPaths, CONTRACT_PATHS } from './files.js';
import { negotiate, toRepresentation } from './representation.js';

/** What makes a first call succeed on demo data. */
export interface Demo {
  /** The description says what the token may do. The first is used until the reader chooses another. */
  readonly tokens: readonly { readonly [Part in 'token' | 'label' | 'description']: string }[];
  /** Values of the contract's parameters, by name. */
  readonly parameters: Readonly<Record<string, string>>;
}

export function pageHandler(contract: Contract, assets: AssetPaths, demo?: Demo): RequestHandler {
  const html = renderPage(contract, assets, demo);
  const { send } = toRepresentation('text/html; charset=utf-8', html, 'no-cache');
  return (request, response, next) => {
    response.vary('Accept');
    negotiate(request, ['text/html']);
    return send(request, response, next);
  };
}

/** Every address is relative to the page, so that a proxy may put the server below a path of its own. */
function renderPage(contract: Contract, assets: AssetPaths, demo?: Demo): string {
  const title = escapeHtml(contract.document.info.title);
  const yaml = relative(CONTRACT_PATHS.yaml);
  const json = relative(CONTRACT_PATHS.json);
  const responses = contract.operationIds.flatMap((operationId) =>
    Object.entries(contract.operationOf(operationId).responses),
  );
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
<img src="${relative(assets.icon)}" width="32" height="32" alt="">
<h1>${title}</h1>
<p class="version">Version ${escapeHtml(contract.document.info.version)}</p>
<nav aria-label="Documents">
<a href="#errors">Errors</a>
<a href="${yaml}">OpenAPI YAML</a>
<a href="${json}">OpenAPI JSON</a>
${linkSource()}
</nav>
</header>
<main>
${demo ? renderDemo(demo) : ''}
<div id="reference" data-contract="${json}" data-parameters="${escapeHtml(JSON.stringify(demo?.parameters ?? {}))}">
<noscript><p class="notice">Calling the operations needs JavaScript, reading the contract does not: <a href="${yaml}">OpenAPI YAML</a>.</p></noscript>
</div>
<section class="chapter" id="errors">
<h2>Errors</h2>
<p>Every error is JSON. Programs decide by its <code>code</code>; its text is for people and may change.</p>
${renderEntries('error', errorsOf(responses))}
</section>
<section class="chapter" id="headers">
<h2>Response headers</h2>
${renderEntries('header', headersOf(responses))}
</section>
</main>
</body>
</html>
`;
}

function renderDemo({ tokens }: Demo): string {
  const choices = tokens.map(
    ({ token, label, description }) =>
      `<label><input type="radio" name="demo-token" value="${escapeHtml(token)}"><b>${escapeHtml(label.replaceAll('-', ' '))}</b> <span>${escapeHtml(description)}</span></label>`,
  );
  return `<fieldset class="demo"><legend>This is demo data. Call as</legend>${choices.join('\n')}</fieldset>`;
}

type Responses = [status: string, response: ResponseObject][];
type Fact = readonly [name: string, status: string, html: string];

function errorsOf(responses: Responses): Fact[] {
  return responses.flatMap(([status, { content }]) => {
    const examples = Number(status) < 400 ? {} : content?.['application/json']?.examples;
    return Object.values(examples ?? {}).map(({ summary = '', value }): Fact => {
      // The lint of the contract checks its examples.
      const body = value as ErrorBody;
      const text = 'detail' in body ? body.detail : body.non_field_errors.join(' ');
      return [body.code, status, `${escapeHtml(summary)}: <q>${escapeHtml(text)}</q>`];
    });
  });
}

function headersOf(responses: Responses): Fact[] {
  return responses.flatMap(([status, { headers = {} }]) =>
    Object.entries(headers).map(([name, { description = '' }]): Fact => [name, status, escapeHtml(description)]),
  );
}

/** One entry for each name, with every status and every text that belongs to it. */
function renderEntries(kind: string, facts: readonly Fact[]): string {
  const statusesOf = (some: readonly Fact[]) => new Set(some.map(([, status]) => status));
  const all = statusesOf(facts);
  const entries = [...new Set(facts.map(([name]) => name))].map((name) => {
    const own = facts.filter((fact) => fact[0] === name);
    const statuses = statusesOf(own);
    const texts = new Set(own.map(([, , html]) => `<p>${html}</p>`));
    const where = statuses.size === all.size ? 'always' : [...statuses].join(' ');
    return `<article id="${kind}-${name}">
<h3><code>${name}</code> <small>${where}</small></h3>
<div>${[...texts].join('')}</div>
</article>`;
  });
  return entries.join('\n');
}

/** Nothing as long as package.json names no repository. */
function linkSource(): string {
  const { repository } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8'));
  const url = escapeHtml(String(repository?.url ?? '').replace(/^git\+|\.git$/g, ''));
  return url && `<a href="${url}#readme">Documentation</a>\n<a href="${url}">Source</a>`;
}

function relative(path: string): string {
  return escapeHtml(path.slice(1));
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
