import type { Browser, BrowserContextOptions, Locator } from 'playwright-core';
import type { OperationId } from '../../../src/contract/types.js';
import { contract } from '../../support/contract.js';
import { openWatchedPage, type WatchedPage } from './watched-page.js';

export interface ReferencePage extends WatchedPage {
  readonly authorizeButton: Locator;
  readonly dialog: Locator;
  operation(operationId: OperationId): OperationPanel;
  /** Types a token into the dialog, as a reader would. */
  authorize(token: string): Promise<void>;
  /** How far the page reaches beyond the right edge of the window, in pixels. */
  overflow(): Promise<number>;
}

export interface OperationPanel {
  readonly header: Locator;
  readonly executeButton: Locator;
  readonly status: Locator;
  readonly body: Locator;
  /** Calls the operation with what its fields hold, and waits for the answer. */
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
    async authorize(token) {
      await authorizeButton.click();
      await dialog.locator('input').fill(token);
      await dialog.locator('button.authorize').click();
      await dialog.locator('.btn-done').click();
    },
    overflow: () => page.evaluate<number>('document.documentElement.scrollWidth - innerWidth'),
  };
}

function operationPanel(panel: Locator): OperationPanel {
  const answer = panel.locator('.live-responses-table tbody');
  const status = answer.locator('.response-col_status');
  const body = answer.locator('.highlight-code code').first();
  const executeButton = panel.locator('.execute');
  return {
    header: panel.locator('.opblock-summary-control'),
    executeButton,
    status,
    body,
    async execute() {
      await executeButton.click();
      return { status: await status.innerText(), body: await body.innerText() };
    },
  };
}
