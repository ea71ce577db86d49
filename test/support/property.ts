/** The same runs each time. A failure prints its seed; PROPERTY_SEED tries others. */
export const PROPERTY = {
  seed: Number(process.env.PROPERTY_SEED ?? 20_240_604),
  numRuns: Number(process.env.PROPERTY_RUNS ?? 300),
} as const;
