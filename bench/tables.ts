/** Medians of rounds, and tables in Markdown. */
import type { Measurements, Quantity } from './measure.js';

/** Undefined where nothing is known. */
export type Spread = ReturnType<typeof spreadOf>;

function spreadOf(values: readonly number[]) {
  const sorted = values.filter((value) => Number.isFinite(value)).sort((a, b) => a - b);
  const [least, most] = [sorted[0], sorted.at(-1)];
  if (least === undefined || most === undefined) return undefined;
  const upper = sorted[sorted.length >> 1] ?? most;
  const lower = sorted[(sorted.length - 1) >> 1] ?? least;
  return { median: (lower + upper) / 2, least, most };
}

const valuesOf = (measurements: Measurements | undefined, name: string, quantity: Quantity) =>
  measurements?.get(name)?.map((measurement) => measurement[quantity]) ?? [];

export const medianOf = (measured: Measurements | undefined, name: string, quantity: Quantity) =>
  spreadOf(valuesOf(measured, name, quantity))?.median;

/** Taken round by round: both were measured within seconds of each other, so that drift cancels out. */
export function ratioOf(measurements: Measurements | undefined, name: string, to: string, quantity: Quantity): Spread {
  const denominators = valuesOf(measurements, to, quantity);
  const numerators = valuesOf(measurements, name, quantity);
  return spreadOf(numerators.map((value, round) => value / (denominators[round] ?? Number.NaN)));
}

export const errorsOf = (measurements: Measurements | undefined, name: string): number =>
  valuesOf(measurements, name, 'errors').reduce((sum, errors) => sum + errors, 0);

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const rule = head.map((_cell, column) => (column === 0 ? '---' : '---:'));
  return [head, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** A median with the least and the most of all rounds. */
export function withSpread(spread: Spread, digits = 2): string {
  if (!spread) return '–';
  const { median, least, most } = spread;
  return `${number(median, digits)} (${number(least, digits)}–${number(most, digits)})`;
}

export function number(value: number | undefined, digits = 0): string {
  if (value === undefined || !Number.isFinite(value)) return '–';
  const fraction = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return value.toLocaleString('en', fraction);
}
