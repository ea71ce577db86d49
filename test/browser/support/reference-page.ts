import type { Browser, BrowserContextOptions, Locator } from 'playwright-core';
import type { OperationId } from '../../../src/contract/types.js';
import { contract } from '../../support/contract.js';
import { openWatchedPage, type WatchedPage } from './watched-page.js';

export interface ReferencePage extends WatchedPage {
  readonly authorizeButton: Locator;
  readonly dialog: Locator;
  operation(operationId: OperationId): OperationPanel;
  /** The choice of a demo token. */
  demoToken(token: string): Locator;
  /** Types a token into the dialog, as a reader would. */
  authorize(token: string): Promise<void>;
  /** How far the page reaches beyond the right edge of the window, in pixels; `innerWidth` grows with it on a phone. */
  overflow(): Promise<number>;
}

export interface OperationPanel {
  readonly header: Locator;
  readonly executeButton: Locator;
  /** The response to Execute. */
  readonly response: Locator;
  readonly status: Locator;
  readonly body: Locator;
  field(parameter: string): Locator;
  /** Calls the operation with what its fields hold, and waits for the response. */
  execute(): Promise<{ readonly status: string; readonly body: string }>;
}

/** Opens the page and waits until the contract is shown. */
export async function openReferencePage(
  browser: Browser,
  serverUrl: string,
  options?: BrowserContextOptions & { readonly fragment?: string },
): Promise<ReferencePage> {
  const watched = await openWatchedPage(browser, serverUrl, options);
  const { page } = watched;
  await page.goto(`${serverUrl}${contract.basePath}/${options?.fragment ?? ''}`);
  await page.locator('.opblock').first().waitFor();
  const authorizeButton = page.locator('.auth-wrapper > .authorize');
  const dialog = page.locator('.modal-ux');

  return {
    ...watched,
    authorizeButton,
    dialog,
    operation: (operationId) => operationPanel(page.locator(`.opblock[id$="-${operationId}"]`)),
    demoToken: (token) => page.locator(`[name="demo-token"][value="${token}"]`),
    async authorize(token) {
      await authorizeButton.click();
      // A token that is in use is logged out first.
      await dialog.locator('button.authorize').or(dialog.getByText('Logout')).waitFor();
      if (await dialog.getByText('Logout').isVisible()) await dialog.getByText('Logout').click();
      await dialog.locator('input').fill(token);
      await dialog.locator('button.authorize').click();
      await dialog.locator('.btn-done').click();
    },
    overflow: () =>
      page.evaluate<number>(
        'document.documentElement.scrollWidth - document.documentElement.clientWidth',
      ),
  };
}

function operationPanel(panel: Locator): OperationPanel {
  const response = panel.locator('.live-response');
  const status = response.locator('h4').first();
  const body = response.locator('.highlight-code code');
  const executeButton = panel.locator('.execute');
  return {
    header: panel.locator('.opblock-summary-control'),
    executeButton,
    response,
    status,
    body,
    // The second one is a box that the page hides.
    field: (parameter) =>
      panel.locator(`[data-param-name="${parameter}"] :is(input, select)`).first(),
    async execute() {
      await executeButton.click();
      return { status: (await status.innerText()).slice(0, 3), body: await body.innerText() };
    },
  };
}
