// Jest loads this file outside its module system, where sources in TypeScript cannot be imported.
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import type { ReportRow } from './report.js';

const HEAD = [
  '| fault | seen meanwhile | time to recovery | requests lost | connections | memory |',
  '| --- | --- | --- | --- | --- | --- |',
];

/** Prints the table of all faults, in Markdown. */
export default function printReport(): void {
  const file = process.env.FAULT_REPORT ?? '';
  const rows = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
  rmSync(dirname(file), { recursive: true });
  const lines = [...HEAD, ...rows.map((row) => toLine(JSON.parse(row)))];
  process.stdout.write(`\n${lines.join('\n')}\n\n`);
}

function toLine({ name, seen, before, after }: ReportRow): string {
  const meanwhile = `${seen.served} × 200, ${seen.unavailable} × 503, slowest ${seconds(seen.slowestMs)}`;
  const connections = `${before.connections} → ${after.connections}`;
  const memory = `${before.megabytes.toFixed(0)} → ${after.megabytes.toFixed(0)} MB`;
  const cells = [name, meanwhile, seconds(seen.recoveryMs), seen.lost.length, connections, memory];
  return `| ${cells.join(' | ')} |`;
}

const seconds = (milliseconds: number) => `${(milliseconds / 1000).toFixed(2)} s`;
