/** The plans of our statements in Markdown. */
import { number, table } from './markdown.js';
import type { Plan } from './plans.js';

export function plansTable(plans: readonly Plan[]): string {
  const head = [
    'statement',
    'plan',
    'execution ms',
    'planning ms',
    'pages',
    'large tables read from end to end',
  ];
  const rows = plans.map(({ title, mode, executionMs, planningMs, pages, scannedTables }) => [
    title,
    mode,
    number(executionMs, 2),
    number(planningMs, 2),
    number(pages),
    scannedTables.join(', ') || 'none',
  ]);
  return table(head, rows);
}
