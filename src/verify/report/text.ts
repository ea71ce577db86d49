/** The report for people: a line for each check. */
import type { Outcome, Report, Result } from '../run.js';

const MARKS: Readonly<Record<Outcome, string>> = {
  passed: 'pass',
  failed: 'FAIL',
  'not run': 'not run',
};
const MARK_WIDTH = 9;

export function toText({ contract, address, profile, results }: Report): string {
  const count = (outcome: Outcome) => results.filter((each) => each.outcome === outcome).length;
  return [
    `${contract.title} ${contract.version} at ${address}, profile ${profile}`,
    ...[...new Set(results.map(({ operationId }) => operationId))].flatMap((operationId) => [
      '',
      operationId,
      ...results.filter((result) => result.operationId === operationId).map(toLine),
    ]),
    '',
    `${count('passed')} passed, ${count('failed')} failed, ${count('not run')} not run`,
    '',
  ].join('\n');
}

function toLine({ name, outcome, problems, differences }: Result): string {
  const remarks = [
    ...problems,
    ...(differences.length > 0 ? [`known: ${differences.join(', ')}`] : []),
  ];
  const remark = remarks.length > 0 ? `: ${remarks.join('; ')}` : '';
  return `  ${MARKS[outcome].padEnd(MARK_WIDTH)}${name}${remark}`;
}
