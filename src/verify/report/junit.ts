/** The report as JUnit XML, which CI systems show. */
import type { Report, Result } from '../run.js';

export function toJunit({ contract, results }: Report): string {
  const count = (outcome: Result['outcome']) =>
    results.filter((result) => result.outcome === outcome).length;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuite name=${quoted(`${contract.title} ${contract.version}`)} tests="${results.length}" failures="${count('failed')}" errors="0" skipped="${count('not run')}" time="${seconds(sum(results))}">`,
    ...results.map(toCase),
    '</testsuite>',
    '',
  ].join('\n');
}

function toCase({ operationId, name, outcome, problems, durationMs }: Result): string {
  const attributes = `classname=${quoted(operationId)} name=${quoted(name)} time="${seconds(durationMs)}"`;
  if (outcome === 'passed') return `  <testcase ${attributes}/>`;
  const element = outcome === 'failed' ? 'failure' : 'skipped';
  return `  <testcase ${attributes}><${element} message=${quoted(problems.join('; '))}/></testcase>`;
}

const sum = (results: readonly Result[]) =>
  results.reduce((total, { durationMs }) => total + durationMs, 0);

const seconds = (durationMs: number) => (durationMs / 1000).toFixed(3);

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};
// XML 1.0 has no way to write these.
const UNWRITABLE = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu;

function quoted(text: string): string {
  const escaped = text.replace(UNWRITABLE, '\u{fffd}').replace(/[&<>"]/g, (c) => ENTITIES[c] ?? c);
  return `"${escaped}"`;
}
