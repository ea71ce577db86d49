/** The report: a line for each check for people, JUnit XML for CI systems. */
import type { Result } from './run.js';

export interface Report {
  readonly contract: { readonly title: string; readonly version: string };
  readonly address: string;
  readonly profile: string;
  readonly results: readonly Result[];
}

type Outcome = Result['outcome'];

const MARKS: Readonly<Record<Outcome, string>> = {
  passed: '  pass     ',
  failed: '  FAIL     ',
  'not run': '  not run  ',
};

export function toText({ contract, address, profile, results }: Report): string {
  const [first, second] = results;
  // An obstacle is the only result.
  if (first && !second) return `${address}: ${first.problems.join('; ')}\n`;
  const operationIds = new Set(results.map(({ operationId }) => operationId));
  return [
    `${contract.title} ${contract.version} at ${address}, profile ${profile}`,
    ...[...operationIds].flatMap((operationId) => [
      '',
      operationId,
      ...results.filter((result) => result.operationId === operationId).map(toLine),
    ]),
    '',
    `${count(results, 'passed')} passed, ${count(results, 'failed')} failed, ${count(results, 'not run')} not run`,
    '',
  ].join('\n');
}

function toLine({ name, outcome, problems, differences }: Result): string {
  const known = differences.length > 0 ? [`known: ${differences.join(', ')}`] : [];
  const remarks = [...problems, ...known].join('; ');
  return MARKS[outcome] + name + (remarks && `: ${remarks}`);
}

export function toJunit({ contract, results }: Report): string {
  const durationMs = results.reduce((sum, result) => sum + result.durationMs, 0);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuite name=${quoted(`${contract.title} ${contract.version}`)} tests="${results.length}" failures="${count(results, 'failed')}" errors="0" skipped="${count(results, 'not run')}" time=${seconds(durationMs)}>`,
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

function count(results: readonly Result[], outcome: Outcome): number {
  return results.filter((result) => result.outcome === outcome).length;
}

const seconds = (durationMs: number) => `"${(durationMs / 1000).toFixed(3)}"`;

/** An attribute's value. XML 1.0 cannot express most control characters, not even escaped. */
function quoted(text: string): string {
  const writable = text.replace(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, '\u{fffd}');
  return `"${writable.replace(/[&<>"\t\n\r]/g, (character) => `&#${character.charCodeAt(0)};`)}"`;
}
