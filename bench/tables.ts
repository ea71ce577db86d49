/** Medians of rounds, and tables in Markdown. */
import type { Measurement, Measurements } from './measure.js';

export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/** Of the numbers that are known; undefined when there are none. */
export function spreadOf(numbers: readonly number[]): Spread | undefined {
  const sorted = numbers.filter((value) => Number.isFinite(value)).sort((a, b) => a - b);
  const [least, most] = [sorted[0], sorted.at(-1)];
  if (least === undefined || most === undefined) return undefined;
  const upper = sorted[sorted.length >> 1] ?? most;
  const lower = sorted[(sorted.length - 1) >> 1] ?? least;
  return { median: (lower + upper) / 2, least, most };
}

export type Quantity = keyof Measurement | ((measurement: Measurement) => number);

export function valuesOf(
  measurements: Measurements | undefined,
  name: string,
  quantity: Quantity,
): number[] {
  const toNumber =
    typeof quantity === 'function' ? quantity : (measurement: Measurement) => measurement[quantity];
  return measurements?.get(name)?.map(toNumber) ?? [];
}

/** Taken round by round: both were measured within seconds of each other, so that drift cancels out. */
export function ratioOf(
  measurements: Measurements | undefined,
  name: string,
  to: string,
  quantity: Quantity,
): Spread | undefined {
  const denominators = valuesOf(measurements, to, quantity);
  const numerators = valuesOf(measurements, name, quantity);
  return spreadOf(numerators.map((value, round) => value / (denominators[round] ?? Number.NaN)));
}

export function errorsOf(measurements: Measurements | undefined, name: string): number {
  return valuesOf(measurements, name, 'errors').reduce((sum, errors) => sum + errors, 0);
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const rule = head.map((_cell, column) => (column === 0 ? '---' : '---:'));
  return [line(head), line(rule), ...rows.map(line)].join('\n');
}

const UNKNOWN = '–';

/** A median with the least and the most of all rounds. */
export function withSpread(spread: Spread | undefined, digits = 2): string {
  if (!spread) return UNKNOWN;
  const { median, least, most } = spread;
  return `${number(median, digits)} (${number(least, digits)}–${number(most, digits)})`;
}

export function number(value: number | undefined, digits = 0): string {
  if (value === undefined || !Number.isFinite(value)) return UNKNOWN;
  return value.toLocaleString('en', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}
