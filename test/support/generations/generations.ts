import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../../src/package-root.js';

/** One release of each generation of authentik's tables, oldest first. */
export const RELEASES = [
  '2023.10',
  '2024.2',
  '2024.6',
  '2024.8',
  '2025.8',
  '2025.12',
  '2026.2',
  '2026.5',
] as const;
export type Release = (typeof RELEASES)[number];

export function isAtLeast(release: Release, first: Release): boolean {
  return RELEASES.indexOf(release) >= RELEASES.indexOf(first);
}

const BASE: Release = '2024.6';

/** The tables of 2024.6, which the demo database has too. */
export const baseTablesSql = (): string => prismaSql('demo/tables.sql');
export const seedSql = (): string => prismaSql('demo/seed.sql');

/** The statements that lead from the tables of 2024.6 to those of another release, one text for each step. */
export function stepsFromBase(release: Release): string[] {
  const target = RELEASES.indexOf(release);
  const base = RELEASES.indexOf(BASE);
  const steps = target < base ? RELEASES.slice(target, base).reverse() : stepsUp(BASE, release);
  return steps.map(stepSql);
}

/** The steps of an upgrade. Each file leads to its release from the neighbour that is nearer to 2024.6. */
export function upgradeSteps(from: Release, to: Release): string[] {
  if (RELEASES.indexOf(from) < RELEASES.indexOf(BASE)) throw new Error('No upgrade below 2024.6.');
  return stepsUp(from, to).map(stepSql);
}

function stepsUp(from: Release, to: Release): Release[] {
  return RELEASES.slice(RELEASES.indexOf(from) + 1, RELEASES.indexOf(to) + 1);
}

/** The grants of the service's role: one file serves all releases up to the next file. */
export function readonlyRoleSql(release: Release): string {
  const served = RELEASES.slice(0, RELEASES.indexOf(release) + 1).map((name) => `${name}.sql`);
  const file = served.findLast((name) => existsSync(join(packageRoot, 'prisma/reader-role', name)));
  return prismaSql(`reader-role/${file}`);
}

const prismaSql = (name: string) => readFileSync(join(packageRoot, 'prisma', name), 'utf8');
const stepSql = (release: Release) =>
  readFileSync(join(packageRoot, 'test/support/generations', `${release}.sql`), 'utf8');
