/** The report: a line for each check for people, JUnit XML for CI systems. */
import type { Report, Result } from './run.js';

const MARKS = { passed: 'pass', failed: 'FAIL', 'not run': 'not run' } as const;

export function toText({ contract, address, profile, results }: Report): string {
  const [first, second] = results;
  // An obstacle is the only result.
  if (first && !second) return `${address}: ${first.problems.join('; ')}\n`;
  const lines = results.flatMap(({ operationId, name, outcome, problems, differences }, index) => {
    const heading = operationId === results[index - 1]?.operationId ? [] : ['', operationId];
    const known = differences.length > 0 ? [`known: ${differences.join(', ')}`] : [];
    const remarks = [...problems, ...known].join('; ');
    return [...heading, `  ${MARKS[outcome].padEnd(9)}${name}${remarks && `: ${remarks}`}`];
  });
  const head = `${contract.title} ${contract.version} at ${address}, profile ${profile}`;
  const sum = (['passed', 'failed', 'not run'] as const).map((outcome) => `${count(results, outcome)} ${outcome}`);
  return [head, ...lines, '', sum.join(', '), ''].join('\n');
}

export function toJunit({ contract, results }: Report): string {
  const failed = count(results, 'failed');
  const notRun = count(results, 'not run');
  const name = quoted(`${contract.title} ${contract.version}`);
  const time = seconds(results.reduce((sum, { durationMs }) => sum + durationMs, 0));
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuite name=${name} tests="${results.length}" failures="${failed}" errors="0" skipped="${notRun}" time=${time}>`,
    ...results.map(toCase),
    '</testsuite>',
    '',
  ].join('\n');
}

function toCase({ operationId, name, outcome, problems, durationMs }: Result): string {
  const start = `  <testcase classname=${quoted(operationId)} name=${quoted(name)} time=${seconds(durationMs)}`;
  if (outcome === 'passed') return `${start}/>`;
  const element = outcome === 'failed' ? 'failure' : 'skipped';
  return `${start}><${element} message=${quoted(problems.join('; '))}/></testcase>`;
}

function count(results: readonly Result[], outcome: Result['outcome']): number {
  return results.filter((result) => result.outcome === outcome).length;
}

const seconds = (durationMs: number) => `"${(durationMs / 1000).toFixed(3)}"`;

/** An attribute's value. XML 1.0 cannot express most control characters, not even escaped. */
function quoted(text: string): string {
  const writable = text.replace(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, '\u{fffd}');
  return `"${writable.replace(/[&<>"\t\n\r]/g, (character) => `&#${character.charCodeAt(0)};`)}"`;
}
