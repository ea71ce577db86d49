import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import { DEMO } from '../../src/demo/demo.js';
import { packageRoot } from '../../src/package-root.js';
import { contract } from '../support/contract.js';
import { DEMO_TOKENS, type RunningService, startDemoService } from '../support/service.js';
import { launchChromium } from './support/chromium.js';

const STAGE_PATH = `${contract.basePath}${contract.pathOf('stages_password_retrieve')}`.replace(
  '{stage_uuid}',
  DEMO.stageUuid,
);

/** What a call in the page came to. */
interface Outcome {
  readonly name?: string;
  readonly code?: string;
  readonly status?: number;
  /** The name of the error with which the call rejected. */
  readonly rejection?: string;
}

interface Call {
  readonly token?: string;
  readonly options?: { readonly timeoutMs?: number; readonly retries?: number };
  readonly etag?: string;
  readonly abortAfterMs?: number;
}

let browser: Browser;
let service: RunningService;
let bundle: string;
let page: Page;

beforeAll(async () => {
  [browser, service] = await Promise.all([launchChromium(), startDemoService()]);
  const { outputFiles } = await build({
    entryPoints: [join(packageRoot, 'src', 'client.ts')],
    bundle: true,
    format: 'esm',
    minify: true,
    platform: 'browser',
    target: 'es2022',
    write: false,
  });
  bundle = outputFiles[0]?.text ?? '';
});
afterAll(async () => {
  await browser.close();
  await service.close();
});

/** A page of the service's own origin that has nothing but the bundle. */
beforeEach(async () => {
  page = await browser.newPage();
  await page.route('**/client-page', (route) =>
    route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>Client</title>' }),
  );
  await page.route('**/client-bundle.js', (route) =>
    route.fulfill({ contentType: 'text/javascript', body: bundle }),
  );
  await page.goto(`${service.url}/client-page`);
});

/** Runs in the page, and is therefore a text: nothing of Node may slip in. */
const CALL = `async ({ stageUuid, token, options, etag, abortAfterMs }) => {
  const { createClient } = await import('/client-bundle.js');
  const client = createClient({ baseUrl: location.origin, token, ...options });
  const caller = new AbortController();
  if (abortAfterMs) setTimeout(() => caller.abort(), abortAfterMs);
  try {
    const { data, error, response } = await client.GET('/stages/password/{stage_uuid}/', {
      params: { path: { stage_uuid: stageUuid }, header: etag ? { 'If-None-Match': etag } : {} },
      signal: caller.signal,
    });
    return { name: data?.name, code: error?.code, status: response.status };
  } catch (error) {
    return { rejection: error.name };
  }
}`;

function call(options: Call): Promise<Outcome> {
  const argument = JSON.stringify({ stageUuid: DEMO.stageUuid, ...options });
  return page.evaluate<Outcome>(`(${CALL})(${argument})`);
}

describe('the client in Chromium', () => {
  test('gets a stage', async () => {
    expect(await call({ token: DEMO_TOKENS.administrator })).toEqual({
      name: 'default-authentication-password',
      status: 200,
    });
  });

  test('gets an error with its code', async () => {
    expect(await call({ token: 'wrong' })).toEqual({ code: 'authentication_failed', status: 403 });
  });

  test('gets 304 for the ETag of the current response', async () => {
    const response = await fetch(service.url + STAGE_PATH, {
      headers: { Authorization: `Bearer ${DEMO_TOKENS.administrator}` },
    });
    const etag = response.headers.get('ETag') ?? '';
    expect(await call({ token: DEMO_TOKENS.administrator, etag })).toMatchObject({ status: 304 });
  });

  test('waits as long as a 503 asks for, then has the stage', async () => {
    let called = 0;
    await page.route(`**${STAGE_PATH}`, (route) => {
      called += 1;
      if (called > 1) return route.continue();
      return route.fulfill({
        status: 503,
        headers: { 'Retry-After': '1', 'Content-Type': 'application/json' },
        body: '{"detail":"Later.","code":"service_unavailable"}',
      });
    });
    expect(await call({ token: DEMO_TOKENS.administrator })).toMatchObject({ status: 200 });
    expect(called).toBe(2);
  });

  test.each([
    ['the time is up', { options: { timeoutMs: 100 } }, 'TimeoutError'],
    ['its caller aborts it', { abortAfterMs: 100 }, 'AbortError'],
  ])('rejects when %s', async (_, options, rejection) => {
    await page.route(`**${STAGE_PATH}`, () => {});
    expect(await call(options)).toEqual({ rejection });
  });
});
