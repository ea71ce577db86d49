import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Locator, Page } from 'playwright-core';
import { DEMO } from '../../src/demo/demo.js';
import { contract } from '../support/contract.js';
import { DEMO_TOKENS, startTestService, type TestService } from '../support/service.js';
import { findBarriers } from './support/accessibility.js';
import { launchChromium } from './support/chromium.js';
import { openReferencePage, type ReferencePage } from './support/reference-page.js';

const NO_SUCH_STAGE = '00000000-0000-4000-8000-000000000000';
const PHONE = { viewport: { width: 375, height: 812 }, isMobile: true, hasTouch: true };
const DESKTOP = { viewport: { width: 1280, height: 900 } };

let browser: Browser;
let demoService: TestService;
let service: TestService;
let reference: ReferencePage | undefined;

beforeAll(async () => {
  browser = await launchChromium();
  const databaseUrl = process.env.TEST_POSTGRES_READER_URL ?? '';
  demoService = await startTestService(databaseUrl, { environment: { DATABASE_URL: '' } });
  service = await startTestService(databaseUrl);
});

afterAll(async () => {
  await browser?.close();
  await demoService?.close();
  await service?.close();
});

afterEach(async () => {
  await reference?.close();
  reference = undefined;
});

async function open(
  { url } = demoService,
  options?: Parameters<typeof openReferencePage>[2],
): Promise<ReferencePage> {
  reference = await openReferencePage(browser, url, options);
  return reference;
}

async function expectChecked(choice: Locator): Promise<void> {
  await choice.and(choice.page().locator(':checked')).waitFor();
}

/** Waits, for some frames, until the window shows the whole of the element that the CSS selector finds. */
async function expectInView(page: Page, selector: string): Promise<void> {
  const isInView = await page.evaluate<boolean>(`new Promise((resolve) => {
    const look = (frames) => {
      const box = document.querySelector(${JSON.stringify(selector)})?.getBoundingClientRect();
      const isInView = Boolean(box?.height) && box.top >= 0 && box.bottom <= innerHeight;
      if (isInView || frames === 0) resolve(isInView);
      else requestAnimationFrame(() => look(frames - 1));
    };
    look(120);
  })`);
  expect({ selector, isInView }).toEqual({ selector, isInView: true });
}

describe('the reference page in Chromium', () => {
  test('shows the contract with every operation, and nothing goes wrong', async () => {
    const { page, operation, problems } = await open();
    expect(await page.title()).toContain(contract.document.info.title);
    expect(await page.locator('.opblock').count()).toBe(contract.operationIds.length);
    for (const operationId of contract.operationIds) {
      expect(await operation(operationId).header.innerText()).toContain('GET');
    }
    expect(problems).toEqual([]);
  });

  test('a first call on demo data needs nothing but Execute', async () => {
    const { operation, demoToken, problems } = await open();
    await expectChecked(demoToken(DEMO_TOKENS.administrator));
    const { header, field, execute } = operation('stages_password_retrieve');
    await header.click();
    expect(await field('stage_uuid').inputValue()).toBe(DEMO.stageUuid);
    const { status, body } = await execute();
    expect(status).toBe('200');
    expect(JSON.parse(body)).toMatchObject({ pk: DEMO.stageUuid });
    expect(problems).toEqual([]);
  });

  test.each([
    ['auditor', '200'],
    ['singleStage', '200'],
    ['noPermission', '403'],
  ] as const)('a call as %s gives %s, after a reload, too', async (user, expected) => {
    const { page, operation, demoToken } = await open();
    await demoToken(DEMO_TOKENS[user]).check();
    await page.reload();
    await expectChecked(demoToken(DEMO_TOKENS[user]));
    const { header, execute } = operation('stages_password_retrieve');
    await header.click();
    expect((await execute()).status).toBe(expected);
  });

  test('a token that is typed in is none of the demo tokens', async () => {
    const { page, authorize } = await open();
    await authorize('another');
    expect(await page.locator('[name="demo-token"]:checked').count()).toBe(0);
  });

  test('a code in a response leads to its entry', async () => {
    const { page, operation, demoToken } = await open();
    await demoToken(DEMO_TOKENS.noPermission).check();
    const { header, response, execute } = operation('stages_password_retrieve');
    await header.click();
    await execute();
    await response.getByRole('link', { name: 'permission_denied' }).click();
    const entry = page.locator('article:target');
    expect(await entry.innerText()).toContain('permission_denied');
    await expectInView(page, 'article:target');
  });

  test('a response comes into view, whole', async () => {
    const { page, operation } = await open(demoService, DESKTOP);
    const { header, execute } = operation('stages_password_retrieve');
    await header.click();
    await execute();
    await expectInView(page, '.live-response');
    const cut = await page.evaluate(
      "[...document.querySelectorAll('.live-response *')].filter((each) => each.scrollHeight > each.clientHeight + 1 && getComputedStyle(each).overflowY !== 'visible').length",
    );
    expect(cut).toBe(0);
  });

  test('no earlier response stands beside a problem of the next call', async () => {
    const { page, operation } = await open();
    const { header, field, response, execute, executeButton } = operation(
      'stages_password_retrieve',
    );
    const list = operation('stages_password_list');
    await list.header.click();
    await list.execute();
    await header.click();
    await execute();
    await field('stage_uuid').fill('not-a-uuid');
    await executeButton.click();
    await page.getByRole('alert').filter({ hasText: 'UUID' }).waitFor();
    expect(await response.count()).toBe(0);
    await field('stage_uuid').fill(NO_SUCH_STAGE);
    expect((await execute()).status).toBe('404');
  });

  test('an unreachable server is told as such', async () => {
    const { page, operation } = await open();
    const { header, status, executeButton } = operation('stages_password_retrieve');
    await header.click();
    await page.route('**/stages/**', (route) => route.abort());
    await executeButton.click();
    await status.getByText('No response').waitFor();
  });

  test('Execute is in view beside the first of a long list of parameters', async () => {
    const { page, operation } = await open();
    const { header, field } = operation('stages_password_list');
    await header.click();
    await field('name').fill('default');
    await expectInView(page, '.execute');
  });

  test('an optional parameter is sent only when the reader fills it in', async () => {
    const { page, operation } = await open();
    const { header, execute } = operation('stages_password_list');
    await header.click();
    const called = page.waitForRequest((request) =>
      request.url().includes(contract.pathOf('stages_password_list')),
    );
    expect((await execute()).status).toBe('200');
    const query = new URL((await called).url()).searchParams;
    expect(['name', 'search', 'configure_flow'].filter((name) => query.has(name))).toEqual([]);
  });

  test('without demo data there is no demo token, the UUID is empty, and a token is typed in', async () => {
    const { page, operation, authorize, problems } = await open(service);
    expect(await page.getByText('demo').count()).toBe(0);
    await authorize(DEMO.administratorToken);
    const { header, field, execute } = operation('stages_password_retrieve');
    await header.click();
    expect(await field('stage_uuid').inputValue()).toBe('');
    await page.getByPlaceholder('UUID').fill(DEMO.stageUuid);
    expect((await execute()).status).toBe('200');
    expect(problems).toEqual([]);
  });

  test('a wrong token shows the 403 and its code', async () => {
    const { operation, authorize } = await open();
    await authorize('wrong');
    const { header, execute } = operation('stages_password_retrieve');
    await header.click();
    const { status, body } = await execute();
    expect(status).toBe('403');
    expect(JSON.parse(body)).toMatchObject({ code: 'authentication_failed' });
  });

  test('both forms of a flow can be read with all their fields', async () => {
    const { page } = await open();
    const schemas = page.locator('.models');
    for (const [title, field] of [
      ['Flow (until authentik 2025.10)', 'background'],
      ['Flow (since authentik 2025.12)', 'background_url'],
    ] as const) {
      const schema = schemas
        .locator('[data-json-schema-level="0"]')
        .filter({ hasText: `${title}` });
      await schema.getByText(field, { exact: true }).first().waitFor();
    }
    await schemas.getByText('Each of them is a Flow (until').first().waitFor();
  });

  test('each heading is there once, with an operation open and executed, too', async () => {
    const { page, operation } = await open();
    const { header, execute } = operation('stages_password_retrieve');
    await header.click();
    await execute();
    const headings = await page.locator(':is(h1, h2, h3, h4, h5):visible').allInnerTexts();
    expect(headings.filter((text, index) => headings.indexOf(text) !== index)).toEqual([]);
    expect(await page.locator('.opblock .headers').count()).toBe(0);
  });

  test('a link to an operation opens it', async () => {
    const { operation } = await open(demoService, {
      fragment: '#/stages/stages_password_retrieve',
    });
    await operation('stages_password_retrieve').executeButton.waitFor();
    expect(await operation('stages_password_list').executeButton.count()).toBe(0);
  });

  test('follows the reader from light to dark', async () => {
    const { page } = await open(demoService, { colorScheme: 'light' });
    const brightness = () =>
      page.evaluate<number>(
        'getComputedStyle(document.documentElement).backgroundColor.match(/[0-9]+/g).map(Number)[0]',
      );
    expect(await brightness()).toBeGreaterThan(200);
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await brightness()).toBeLessThan(50);
  });
});

describe('the reference page by keyboard', () => {
  const MAX_TABS = 60;

  /** Presses Tab until the control has the focus, and checks that each stop on the way can be seen. */
  async function tabTo({ page }: ReferencePage, control: string): Promise<void> {
    for (let count = 0; count < MAX_TABS; count += 1) {
      await page.keyboard.press('Tab');
      const stop = await page.evaluate<{ name: string; outline: string; isWanted: boolean }>(`{
        const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
        ({
          name: document.activeElement.outerHTML.slice(0, 100),
          outline: outlineStyle + ' ' + outlineWidth,
          isWanted: document.activeElement.matches(${JSON.stringify(control)}),
        })
      }`);
      expect(stop).toMatchObject({ outline: 'solid 3px' });
      if (stop.isWanted) return;
    }
    throw new Error(`The Tab key does not lead to ${control}.`);
  }

  test('a reader can authorize, call and read the response', async () => {
    const opened = await open(service);
    const { page, dialog, operation } = opened;
    const { keyboard } = page;
    await tabTo(opened, '.auth-wrapper > .authorize');
    await keyboard.press('Enter');
    await dialog.waitFor();
    await keyboard.type(DEMO.administratorToken);
    await keyboard.press('Enter');
    await dialog.getByText('Logout').waitFor();
    await keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await tabTo(opened, '[id$="-stages_password_retrieve"] .opblock-summary-control');
    await keyboard.press('Enter');
    await operation('stages_password_retrieve').field('stage_uuid').waitFor();
    await tabTo(opened, '[data-param-name="stage_uuid"] input');
    await keyboard.type(DEMO.stageUuid);
    await tabTo(opened, '.execute');
    await keyboard.press('Enter');
    const { status } = operation('stages_password_retrieve');
    await status.waitFor();
    expect(await status.innerText()).toBe('200 OK');
  });

  test('the dialog keeps the focus until it is closed', async () => {
    const { page, authorizeButton, dialog } = await open();
    await authorizeButton.press('Enter');
    await dialog.waitFor();
    for (let count = 0; count < 6; count += 1) {
      await page.keyboard.press('Tab');
      expect(await dialog.locator(':focus').count()).toBe(1);
    }
  });
});

describe.each([
  ['a desktop', DESKTOP],
  ['a phone', PHONE],
])('the reference page on %s', (_name, device) => {
  test.each(['light', 'dark'] as const)('has no barriers in %s, and fits', async (colorScheme) => {
    const opened = await open(demoService, { ...device, colorScheme, reducedMotion: 'reduce' });
    const { page, operation, authorizeButton, dialog, overflow, problems } = opened;
    const check = async (state: string) => {
      const barriers = await findBarriers(page);
      expect({ state, barriers }).toEqual({ state, barriers: [] });
      expect({ state, overflow: await overflow() }).toEqual({ state, overflow: 0 });
    };
    await check('at first');
    for (const operationId of contract.operationIds) {
      const { header, execute } = operation(operationId);
      await header.click();
      await execute();
    }
    await check('with responses');
    await page.getByRole('tab', { name: 'Schema' }).first().click();
    for (const summary of await page.locator('summary').all()) await summary.click();
    await check('with all details');
    await authorizeButton.click();
    await dialog.waitFor();
    await check('with the dialog');
    expect(problems).toEqual([]);
  });
});
