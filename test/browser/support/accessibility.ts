import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe calls critical or serious on the page as it is now; one line for each element. */
export async function findBarriers(page: Page): Promise<string[]> {
  // The page's policy forbids a script of ours, but not what the debugger evaluates.
  await page.evaluate(axe);
  return page.evaluate<string[]>(`axe.run().then(({ violations }) =>
    violations
      .filter(({ impact }) => impact === 'critical' || impact === 'serious')
      .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) =>
        id + ' ' + html.slice(0, 200) + ' ' + failureSummary)),
  )`);
}
