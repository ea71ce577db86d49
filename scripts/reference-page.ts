/** The HTML of the reference page: which contract this is, a place for Swagger UI, the errors and the headers. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { marked } from 'marked';
import type { Contract, ResponseObject } from '../src/contract/contract.js';
import type { ErrorBody } from '../src/contract/types.js';
import { DEMO } from '../src/demo/demo.js';
import { packageRoot } from '../src/package-root.js';

/**
 * Every address is relative to the page, so that a proxy may put the server below a path of its own. The server
 * gives the files below reference/ their full addresses, and leaves the demo out where it serves none.
 */
export function renderPage(contract: Contract): string {
  const title = escapeHtml(contract.document.info.title);
  const responses = contract.operationIds.flatMap((operationId) =>
    Object.entries(contract.operationOf(operationId).responses),
  );
  return `<!doctype html>
<!-- Written by \`npm run generate\`. -->
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · API reference</title>
<link rel="icon" type="image/svg+xml" href="reference/icon.svg">
<link rel="stylesheet" href="reference/swagger-ui.css">
<link rel="stylesheet" href="reference/frame.css">
<link rel="stylesheet" href="reference/theme.css">
<script defer src="reference/swagger-ui-bundle.js"></script>
<script type="module" src="reference/page.js"></script>
</head>
<body>
<header class="masthead">
<img src="reference/icon.svg" width="32" height="32" alt="">
<h1>${title}</h1>
<p class="version">Version ${escapeHtml(contract.document.info.version)}</p>
<nav aria-label="Documents">
<a href="#errors">Errors</a>
<a href="schema.yaml">OpenAPI YAML</a>
<a href="schema.json">OpenAPI JSON</a>
${linkSource()}
</nav>
</header>
<main>
${renderDemo()}
<div id="reference">
<noscript><p class="notice">Calling the operations needs JavaScript, reading the contract does not: <a href="schema.yaml">OpenAPI YAML</a>.</p></noscript>
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
<script type="application/json" id="contract">${toData(forReaders(contract))}</script>
</body>
</html>
`;
}

/** What makes a first call succeed: tokens, and values of the contract's parameters by name. */
function renderDemo(): string {
  const choices = DEMO.tokens.map(
    ({ token, label, description }) =>
      `<label><input type="radio" name="demo-token" value="${escapeHtml(token)}"><b>${escapeHtml(label.replaceAll('-', ' '))}</b> <span>${escapeHtml(description)}</span></label>`,
  );
  const parameters = escapeHtml(JSON.stringify({ stage_uuid: DEMO.stageUuid }));
  return `<fieldset class="demo" data-parameters="${parameters}"><legend>This is demo data. Call as</legend>${choices.join('\n')}</fieldset>`;
}

type Responses = [status: string, response: ResponseObject][];
type Fact = readonly [name: string, status: string, html: string];

/** What a code means is in docs/errors.md; the contract's examples have its statuses and texts. */
function errorsOf(responses: Responses): Fact[] {
  const explanations = readExplanations();
  return responses.flatMap(([status, { content }]) => {
    const examples = Number(status) < 400 ? {} : content?.['application/json']?.examples;
    return Object.values(examples ?? {}).flatMap(({ value }): Fact[] => {
      // The lint of the contract checks its examples.
      const body = value as ErrorBody;
      const text = 'detail' in body ? body.detail : body.non_field_errors.join(' ');
      const explanation = explanations.get(body.code);
      if (!explanation) throw new Error(`docs/errors.md does not explain ${body.code}.`);
      return [
        [body.code, status, explanation],
        [body.code, status, `<p><q>${escapeHtml(text)}</q></p>`],
      ];
    });
  });
}

/** By code, as HTML. Links to other documents are left out: the page does not know where they are. */
function readExplanations(): ReadonlyMap<string, string> {
  const text = readFileSync(join(packageRoot, 'docs', 'errors.md'), 'utf8');
  const [, chapter = ''] = /^## Codes of responses$(.*?)^## /ms.exec(text) ?? [];
  const entries = chapter
    .replace(/\[([^\]]+)\]\([^)]+\)/g, '$1')
    .split(/^### /m)
    .slice(1);
  return new Map(
    entries.map((entry) => {
      const [, code = '', body = ''] = /^(\w+)\s+(?:\d{3}\. )?(.*)$/s.exec(entry) ?? [];
      return [code, toHtml(body)];
    }),
  );
}

function headersOf(responses: Responses): Fact[] {
  return responses.flatMap(([status, { headers = {} }]) =>
    Object.entries(headers).map(
      ([name, { description = '' }]): Fact => [name, status, toHtml(description)],
    ),
  );
}

/** One entry for each name, with every status and every text that belongs to it. */
function renderEntries(kind: string, facts: readonly Fact[]): string {
  const statusesOf = (some: readonly Fact[]) => new Set(some.map(([, status]) => status));
  const all = statusesOf(facts);
  const entries = [...new Set(facts.map(([name]) => name))].map((name) => {
    const own = facts.filter((fact) => fact[0] === name);
    const statuses = statusesOf(own);
    const texts = new Set(own.map(([, , html]) => html));
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

/** The text is ours: it may have HTML in it. */
const toHtml = (markdown: string) => marked.parse(markdown, { async: false }).trim();

function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** Fit to stand in a script element. */
function toData(value: unknown): string {
  return JSON.stringify(value, undefined, 1).replaceAll('<', '\\u003c');
}

interface Described {
  description?: string;
}
interface Field extends Described {
  readonly items?: { readonly oneOf?: readonly Reference[] };
}
interface Response extends Described, Reference {
  headers?: unknown;
  content?: {
    readonly 'application/json': {
      readonly examples: Readonly<Record<string, { value: ErrorBody }>>;
    };
  };
}
interface Reference {
  readonly $ref?: string;
}
type Named<Value> = Readonly<Record<string, Value>>;
interface Document {
  readonly paths: Named<Named<{ readonly responses: Named<Response> }>>;
  readonly components: {
    readonly parameters: Named<Described & { example?: unknown }>;
    readonly schemas: Named<{ readonly title?: string; readonly properties?: Named<Field> }>;
    readonly responses: Named<Response>;
  };
}

/** The contract as the page shows it: no example is sent by accident, and nothing is told twice. */
function forReaders(contract: Contract): Document {
  // The lint of the contract checks its form; a copy may be changed.
  const document: Document = JSON.parse(JSON.stringify(contract.document));
  const { parameters, schemas, responses } = document.components;
  const nameIn = ({ $ref = '' }: Reference) => $ref.split('/').at(-1) ?? '';
  for (const parameter of Object.values(parameters)) {
    if ('example' in parameter) parameter.description += `\n\nExample: \`${parameter.example}\``;
    delete parameter.example;
  }
  for (const { properties = {} } of Object.values(schemas)) {
    for (const field of Object.values(properties)) {
      const titles = field.items?.oneOf?.map((choice) => schemas[nameIn(choice)]?.title);
      if (titles) field.description += `\n\nEach of them is a ${titles.join(' or a ')}.`;
    }
  }
  const operations = Object.values(document.paths).flatMap((item) => Object.values(item));
  for (const [status, found] of operations.flatMap((each) => Object.entries(each.responses))) {
    const response = responses[nameIn(found)] ?? found;
    // Headers and errors have chapters of their own.
    delete response.headers;
    if (Number(status) < 400 || !response.content) continue;
    const examples = Object.values(response.content['application/json'].examples);
    const codes = new Set(examples.map(({ value }) => value.code));
    const links = [...codes].map((code) => `[\`${code}\`](#error-${code})`);
    response.description += `\n\n${links.join(' ')}`;
    delete response.content;
  }
  return document;
}
