import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { DEMO } from '../../src/demo/demo.js';
import { contract } from '../support/contract.js';
import { startTestService, type TestService } from '../support/service.js';
import { launchChromium } from './support/chromium.js';
import { findLowContrast } from './support/contrast.js';
import { openReferencePage, type ReferencePage } from './support/reference-page.js';

const MINIMAL_CONTRAST = 4.5;
const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
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

  test('the demo token is one click away, and the prefilled call answers 200', async () => {
    const { page, operation, problems } = await open();
    await page.getByRole('button', { name: 'Use the demo token' }).click();
    await page.getByRole('status').getByText('demo token').waitFor();
    const { header, execute } = operation('stages_password_retrieve');
    await header.click();
    const { status, body } = await execute();
    expect(status).toBe('200');
    expect(JSON.parse(body)).toMatchObject({ pk: DEMO.stageUuid });
    expect(problems).toEqual([]);
  });

  test('an optional parameter is sent only when the reader fills it in', async () => {
    const { page, operation, authorize } = await open();
    await authorize(DEMO.administratorToken);
    const { header, execute } = operation('stages_password_list');
    await header.click();
    const called = page.waitForRequest((request) =>
      request.url().includes(contract.pathOf('stages_password_list')),
    );
    expect((await execute()).status).toBe('200');
    const query = new URL((await called).url()).searchParams;
    expect([query.has('name'), query.has('search'), query.has('configure_flow')]).toEqual([
      false,
      false,
      false,
    ]);
  });

  test('without demo data there is no demo token, and a token is typed in', async () => {
    const { page, operation, authorize, problems } = await open(service);
    expect(await page.getByRole('button', { name: 'demo' }).count()).toBe(0);
    await authorize(DEMO.administratorToken);
    const { header, execute } = operation('stages_password_retrieve');
    await header.click();
    await page.getByPlaceholder('stage_uuid').fill(DEMO.stageUuid);
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

  test('a reader can authorize, call and read the answer', async () => {
    const opened = await open();
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
    // Swagger UI fills the field in after it has shown it.
    await page.locator(`input[value="${DEMO.stageUuid}"]`).waitFor();
    await tabTo(opened, '.execute');
    await keyboard.press('Enter');
    const { status } = operation('stages_password_retrieve');
    await status.waitFor();
    expect(await status.innerText()).toBe('200');
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
  test.each(['light', 'dark'] as const)('can be read in %s, and fits', async (colorScheme) => {
    const opened = await open(demoService, { ...device, colorScheme, reducedMotion: 'reduce' });
    const { page, operation, authorize, authorizeButton, dialog, overflow, problems } = opened;
    const check = async (state: string) => {
      const unreadable = await findLowContrast(page, MINIMAL_CONTRAST);
      expect({ state, unreadable }).toEqual({ state, unreadable: [] });
      expect({ state, overflow: await overflow() }).toEqual({ state, overflow: 0 });
    };
    await check('at first');
    await authorize(DEMO.administratorToken);
    for (const operationId of contract.operationIds) {
      const { header, execute } = operation(operationId);
      await header.click();
      await execute();
    }
    await check('with answers');
    await page.getByRole('tab', { name: 'Schema' }).first().click();
    await page.locator('.models-control').click();
    await page.locator('.models').getByRole('button', { name: 'Expand all' }).first().click();
    await check('with schemas');
    await authorizeButton.click();
    await dialog.waitFor();
    expect(await overflow()).toBe(0);
    expect(problems).toEqual([]);
  });
});
