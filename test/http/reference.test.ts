import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { renderPage } from '../../scripts/reference-page.js';
import { type Contract, loadContract } from '../../src/contract/contract.js';
import { DEMO } from '../../src/demo/demo.js';
import { packageRoot } from '../../src/package-root.js';
import { checkResponse, contract, pathTo, schemas } from '../support/contract.js';
import { DEMO_TOKENS, startTestService, type TestService } from '../support/service.js';
import { send, type WireRequest } from '../support/wire.js';

const page = `${contract.basePath}/`;
const schema = `${contract.basePath}/schema/`;
const yamlFile = `${contract.basePath}/schema.yaml`;
const jsonFile = `${contract.basePath}/schema.json`;

const manifest = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as {
  readonly repository?: { readonly url: string };
};
const repository = manifest.repository?.url.replace(/^git\+|\.git$/g, '');

let service: TestService;
let demoService: TestService;
let silentService: TestService;

beforeAll(async () => {
  const databaseUrl = process.env.TEST_POSTGRES_READER_URL ?? '';
  service = await startTestService(databaseUrl);
  demoService = await startTestService(databaseUrl, { environment: { DATABASE_URL: '' } });
  silentService = await startTestService(databaseUrl, { environment: { REFERENCE_PAGE: 'false' } });
});

afterAll(async () => {
  await Promise.all([service, demoService, silentService].map((each) => each?.close()));
});

const get = (path: string, headers: WireRequest['headers'] = {}) =>
  send(service.url, path, { headers });

/** The addresses of all that a page loads or links to, except for the project's own site. */
function addressesIn(html: string): string[] {
  const found = html.matchAll(/ (?:src|href|data-contract)="([^"#]+)/g);
  return [...found]
    .map(([, address = '']) => new URL(address, `${service.url}${page}`).href)
    .filter((address) => !repository || !address.startsWith(repository));
}

describe('the reference page', () => {
  test('is HTML that names the contract and its version', async () => {
    const { status, headers, text } = await get(page, { accept: 'text/html,*/*;q=0.8' });
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(text).toContain(`<h1>${contract.document.info.title}</h1>`);
    expect(text).toContain(`Version ${contract.document.info.version}<`);
  });

  test('forbids everything that does not come from this server', async () => {
    const { headers, text } = await get(page);
    const policy = headers.get('content-security-policy')?.split(';').sort();
    expect(policy).toEqual([
      "base-uri 'none'",
      "connect-src 'self'",
      "default-src 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      "img-src 'self' data:",
      "script-src 'self'",
      "style-src 'self'",
    ]);
    expect(text).not.toMatch(/<style|<script>| style=| on\w+=/);
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    // The server speaks plain HTTP.
    expect(headers.get('strict-transport-security')).toBeNull();
  });

  test('names only addresses of this server, and each of them exists', async () => {
    const { text } = await get(page);
    const addresses = addressesIn(text);
    expect(addresses.filter((address) => !address.startsWith(service.url))).toEqual([]);
    const responses = await Promise.all(
      addresses.map((address) => get(address.slice(service.url.length))),
    );
    expect(responses.map(({ status }) => status)).toEqual(addresses.map(() => 200));
    expect(addresses.length).toBeGreaterThanOrEqual(8);
  });

  test('is asked for again each time, and is 304 while it is the same', async () => {
    const { headers } = await get(page);
    expect(headers.get('cache-control')).toBe('no-cache');
    const again = await get(page, { 'if-none-match': headers.get('etag') ?? '' });
    expect(again).toMatchObject({ status: 304, text: '' });
    expect(again.headers.get('etag')).toBe(headers.get('etag'));
  });

  test('is 406 for who takes JSON only', async () => {
    const response = await get(page, { accept: 'application/json' });
    expect(response.status).toBe(406);
    expect(checkResponse('stages_password_retrieve', response)).toEqual([]);
  });

  test('is 405 for a method that writes', async () => {
    const response = await send(service.url, page, { method: 'POST' });
    expect(response.status).toBe(405);
    expect(checkResponse('stages_password_retrieve', response)).toEqual([]);
  });

  test('shows a title as text, whatever is in it', () => {
    const text = renderPage(contractWith({ title: '<b>"A" & B</b>' }));
    expect(text).toContain('<h1>&#60;b&#62;&#34;A&#34; &#38; B&#60;/b&#62;</h1>');
  });

  test('offers every demo token with demo data, and none without', async () => {
    const { text } = await send(demoService.url, page);
    const offered = [...text.matchAll(/name="demo-token" value="([^"]+)"/g)].map(
      ([, token]) => token,
    );
    expect(offered.sort()).toEqual(Object.values(DEMO_TOKENS).sort());
    expect(text).toContain(DEMO.stageUuid);
    const { text: real } = await get(page);
    expect(real).not.toContain('demo');
    expect(real).not.toContain(DEMO.stageUuid);
  });

  test('has one entry for each error code, with its status', async () => {
    const { text } = await get(page);
    const entries = [...text.matchAll(/<article id="error-(\w+)">\n.*<small>(\d+)</g)];
    const codes = ['ValidationError', 'GenericError'].flatMap(
      (name) => schemas[name]?.properties?.code?.enum ?? [],
    );
    expect(entries.map(([, code]) => code).sort()).toEqual([...codes].sort());
    expect(Object.fromEntries(entries.map(([, code, status]) => [code, status]))).toMatchObject({
      invalid: '400',
      permission_denied: '403',
      service_unavailable: '503',
    });
    // The remedy is that of docs/errors.md.
    expect(text).toContain('<em>Can view Password Stage</em>');
  });

  test('has one entry for each response header', async () => {
    const { text } = await get(page);
    const entries = [...text.matchAll(/<article id="header-([\w-]+)">\n.*<small>([\w ]+)</g)];
    expect(Object.fromEntries(entries.map(([, name, where]) => [name, where]))).toEqual({
      'X-Request-Id': 'always',
      'Cache-Control': '200 304',
      ETag: '200 304',
      Vary: '200 304',
      Allow: '405',
      'Retry-After': '503',
    });
  });

  test('links to the documents and the sources as package.json names them', async () => {
    const { text } = await get(page);
    const links = [...text.matchAll(/<a href="(https:[^"]+)">(\w+)</g)];
    const expected = repository
      ? { Documentation: `${repository}#readme`, Source: repository }
      : {};
    expect(Object.fromEntries(links.map(([, address, name]) => [name, address]))).toEqual(expected);
  });
});

describe('the files of the reference page', () => {
  const files = async () =>
    addressesIn((await get(page)).text)
      .map((address) => address.slice(service.url.length))
      .filter((path) => path.startsWith(`${page}reference/`));

  test('may be kept for a year, each under an address of its own content', async () => {
    const paths = await files();
    expect(paths.length).toBeGreaterThanOrEqual(6);
    for (const path of paths) {
      const { headers, text } = await get(path);
      expect(headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
      expect(headers.get('content-type')).toMatch(
        /^(text\/(css|javascript)|image\/svg\+xml); charset=utf-8$/,
      );
      expect(Number(headers.get('content-length'))).toBe(Buffer.byteLength(text));
      const [, digest] = /^W\/"(.+)"$/.exec(headers.get('etag') ?? '') ?? [];
      expect(path).toContain(`/${digest}/`);
    }
  });

  test('are 304 for who has them', async () => {
    const [path = ''] = await files();
    const { headers } = await get(path);
    const again = await get(path, { 'if-none-match': `"other", ${headers.get('etag')}` });
    expect(again).toMatchObject({ status: 304, text: '' });
  });

  test('are compressed for who can read that', async () => {
    const path = (await files()).find((each) => each.endsWith('bundle.js')) ?? '';
    const { text } = await get(path);
    const compressed = await fetch(service.url + path, { headers: { 'accept-encoding': 'gzip' } });
    expect(compressed.headers.get('content-encoding')).toBe('gzip');
    expect(Number(compressed.headers.get('content-length'))).toBeLessThan(text.length / 3);
    expect(compressed.headers.get('vary')).toContain('Accept-Encoding');
    expect(await compressed.text()).toBe(text);
    const refused = await get(path, { 'accept-encoding': 'gzip;q=0' });
    expect(refused.headers.get('content-encoding')).toBeNull();
  });

  test('are 404 under the address of other content', async () => {
    const [path = ''] = await files();
    const response = await get(path.replace(/reference\/[^/]+/, 'reference/AAAAAAAAAAAAAAAA'));
    expect(response.status).toBe(404);
    expect(checkResponse('stages_password_retrieve', response)).toEqual([]);
  });
});

describe('the contract as a file', () => {
  test.each([
    [undefined, 'application/yaml'],
    ['*/*', 'application/yaml'],
    ['application/*', 'application/yaml'],
    ['application/yaml', 'application/yaml'],
    ['text/yaml', 'text/yaml'],
    ['application/x-yaml', 'application/x-yaml'],
    ['application/vnd.oai.openapi', 'application/vnd.oai.openapi'],
    ['application/json', 'application/json'],
    ['application/vnd.oai.openapi+json', 'application/vnd.oai.openapi+json'],
    ['application/json, application/yaml;q=0.9', 'application/json'],
    ['application/json;q=0.8, application/yaml;q=0.9', 'application/yaml'],
    ['application/yaml;q=0, application/json;q=0.1', 'application/json'],
    ['text/html, */*;q=0.1', 'application/yaml'],
  ])('Accept %s gets %s', async (accept, expected) => {
    const { status, headers, text } = await get(schema, accept === undefined ? {} : { accept });
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe(expected);
    expect(headers.get('vary')).toContain('Accept,');
    if (expected.endsWith('json')) expect(JSON.parse(text)).toEqual(contract.document);
    else expect(text).toBe(contract.source);
  });

  test.each(['text/html', 'application/xml', '*/*;q=0'])('Accept %s is 406', async (accept) => {
    const response = await get(schema, { accept });
    expect(response.status).toBe(406);
    expect(checkResponse('stages_password_retrieve', response)).toEqual([]);
  });

  test('has an address for each form, whatever Accept says', async () => {
    const yaml = await get(yamlFile, { accept: 'text/html' });
    expect(yaml.headers.get('content-type')).toBe('application/yaml');
    expect(yaml.text).toBe(contract.source);
    const json = await get(jsonFile, { accept: 'text/html' });
    expect(json.headers.get('content-type')).toBe('application/json');
    expect(JSON.parse(json.text)).toEqual(contract.document);
  });

  test.each([
    schema,
    yamlFile,
    jsonFile,
  ])('%s may be kept for a minute, then asked for again', async (path) => {
    const { headers } = await get(path);
    expect(headers.get('cache-control')).toBe('public, max-age=60');
    const again = await get(path, { 'if-none-match': headers.get('etag') ?? '' });
    expect(again).toMatchObject({ status: 304, text: '' });
  });

  test('returns for HEAD what it returns for GET, without a body', async () => {
    const whole = await get(schema);
    const head = await send(service.url, schema, { method: 'HEAD' });
    expect(head).toMatchObject({ status: 200, text: '' });
    for (const name of ['content-length', 'content-type', 'etag', 'cache-control', 'vary']) {
      expect(head.headers.get(name)).toBe(whole.headers.get(name));
    }
  });

  test.each([
    '/schema',
    '/schema/x',
    '/Schema/',
    '/schema.yaml/',
    '/schema.yml',
  ])('%s is not its address', async (path) => {
    const response = await get(contract.basePath + path);
    expect(response.status).toBe(404);
    expect(checkResponse('stages_password_retrieve', response)).toEqual([]);
  });
});

describe('beside the reference page', () => {
  test('a response of the API has none of its headers but nosniff', async () => {
    const { status, headers } = await get(pathTo(DEMO.stageUuid), {
      authorization: `Bearer ${DEMO.administratorToken}`,
    });
    expect(status).toBe(200);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toBeNull();
  });

  test.each([
    page,
    schema,
    yamlFile,
    jsonFile,
  ])('%s is 404 when it is switched off', async (path) => {
    const response = await send(silentService.url, path);
    expect(response.status).toBe(404);
    expect(checkResponse('stages_password_retrieve', response)).toEqual([]);
  });

  test.each(contract.operationIds)('%s is not hidden', async (operationId) => {
    const path = contract.pathOf(operationId).replace(/\{\w+\}/g, 'schema.json');
    expect((await get(contract.basePath + path)).status).toBe(403);
  });
});

function contractWith({ title }: { title: string }): Contract {
  const { document } = contract;
  return loadContract(JSON.stringify({ ...document, info: { ...document.info, title } }));
}
