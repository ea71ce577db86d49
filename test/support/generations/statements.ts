import { type Release, upgradeSteps } from './generations.js';

/** An upgrade as single statements, as migrations without a transaction would run them. */
export function upgradeStatements(from: Release, to: Release): string[] {
  return upgradeSteps(from, to).flatMap((step) =>
    step
      .replace(/^--.*$/gm, '')
      .split(';')
      .map((statement) => statement.trim())
      // There is nothing to defer outside of a transaction.
      .filter((statement) => statement !== '' && !statement.startsWith('SET CONSTRAINTS')),
  );
}
