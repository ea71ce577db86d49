/** Examines authentik's tables: their generation, and every column that we need with our privilege on it. */
import type { Inspection, Need } from '../data/catalog.js';
import { fitsKind } from '../data/tables.js';
import { releasesOf } from '../domain/generation.js';
import { type Finding, ok, problem } from './finding.js';

export function describeTables(
  { generation, needs, problems }: Inspection,
  schema: string,
): Finding[] {
  const findings = generation
    ? [ok(`The schema "${schema}" holds the tables of authentik ${releasesOf(generation)}`)]
    : [];
  for (const [table, columns] of byTable(needs)) findings.push(describeTable(table, columns));
  return [...findings, ...problems.map(problem)];
}

function byTable(needs: readonly Need[]): Map<string, Need[]> {
  const tables = new Map<string, Need[]>();
  for (const need of needs) tables.set(need.table, [...(tables.get(need.table) ?? []), need]);
  return tables;
}

function describeTable(table: string, needs: readonly Need[]): Finding {
  const states = needs.map((need) => ({ column: need.column, state: stateOf(need) }));
  const text = `${table}: ${states.map(({ column, state }) => (state ? `${column} (${state})` : column)).join(', ')}`;
  return states.some(({ state }) => state) ? problem(text) : ok(text);
}

/** Undefined for a column that we can read. */
function stateOf({ kind, found }: Need): string | undefined {
  if (!found) return 'missing';
  if (!fitsKind(found.type, kind)) return `${found.type} instead of ${kind}`;
  return found.isReadable ? undefined : 'SELECT not granted';
}
