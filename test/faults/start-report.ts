import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Names the file in which the faults report; see report.ts. */
export default function startReport(): void {
  const folder = mkdtempSync(join(tmpdir(), 'authentik-stages-faults-'));
  process.env.FAULT_REPORT = join(folder, 'rows.jsonl');
}
