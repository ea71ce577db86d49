import type { Browser, BrowserContextOptions, Page } from 'playwright-core';

export interface WatchedPage {
  readonly page: Page;
  /** What went wrong so far: messages of the console, errors, refused requests, requests that left the origin. */
  readonly problems: readonly string[];
  close(): Promise<void>;
}

/** Opens an empty page that sees to it that nothing goes wrong unnoticed. */
export async function openWatchedPage(
  browser: Browser,
  origin: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) problems.push(message.text());
  });
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('requestfailed', (request) => problems.push(`${request.url()} failed`));
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(`${origin}/`) && !url.startsWith('data:'))
      problems.push(`${url} is foreign`);
  });
  // The console tells of most violations of the policy, the event of all.
  await page.addInitScript(`
    addEventListener('securitypolicyviolation', (event) => {
      console.error('CSP: ' + event.violatedDirective + ' refused ' + event.blockedURI);
    });
  `);
  return { page, problems, close: () => context.close() };
}
