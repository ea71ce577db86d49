import { appendFileSync } from 'node:fs';
import type { Seen, Usage } from './observation.js';

export interface ReportRow {
  readonly name: string;
  readonly seen: Seen;
  readonly before: Usage;
  readonly after: Usage;
}

/** Test files share no memory with print-report.ts, but they inherit the environment of start-report.ts. */
export function addToReport(row: ReportRow): void {
  appendFileSync(process.env.FAULT_REPORT ?? '', `${JSON.stringify(row)}\n`);
}
