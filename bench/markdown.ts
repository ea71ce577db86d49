/** Tables and numbers in Markdown. */
import type { Spread } from './statistics.js';

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const rule = head.map((_cell, column) => (column === 0 ? '---' : '---:'));
  return [line(head), line(rule), ...rows.map(line)].join('\n');
}

const UNKNOWN = '–';

/** A median with the least and the most of all rounds. */
export function withSpread(spread: Spread | undefined, digits = 0): string {
  if (!spread) return UNKNOWN;
  const { median, least, most } = spread;
  return `${number(median, digits)} (${number(least, digits)}–${number(most, digits)})`;
}

export function number(value: number | undefined, digits = 0): string {
  if (value === undefined || Number.isNaN(value)) return UNKNOWN;
  return value.toLocaleString('en', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}
