/** Medians and spreads of rounds. */

export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/** Of the values that are known; undefined when there are none. */
export function spreadOf(values: readonly (number | undefined)[]): Spread | undefined {
  const sorted = values
    .filter((value) => value !== undefined && !Number.isNaN(value))
    .sort((a, b) => (a as number) - (b as number)) as number[];
  if (sorted.length === 0) return undefined;
  const middle = sorted.length >> 1;
  const upper = sorted[middle] as number;
  const lower = sorted.length % 2 === 1 ? upper : (sorted[middle - 1] as number);
  return {
    median: (lower + upper) / 2,
    least: sorted[0] as number,
    most: sorted.at(-1) as number,
  };
}

/** The ratios round by round: both were measured within seconds of each other, so that drift cancels out. */
export function ratioOf(
  numerators: readonly (number | undefined)[],
  denominators: readonly (number | undefined)[],
): Spread | undefined {
  return spreadOf(
    numerators.map((numerator, round) => {
      const denominator = denominators[round];
      if (numerator === undefined || !denominator) return undefined;
      return numerator / denominator;
    }),
  );
}
