import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';

const source = readFileSync(new URL('./contrast-in-page.js', import.meta.url), 'utf8');

/** The texts of the page, as it is now, that are hard to read; one line each. */
export function findLowContrast(page: Page, minimum: number): Promise<string[]> {
  return page.evaluate<string[]>(`(${source.slice(source.indexOf('function'))})(${minimum})`);
}
