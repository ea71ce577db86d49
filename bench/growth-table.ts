/** The growth of all dimensions in Markdown, as ratios to the first variant of each. */
import type { Growth } from './growth.js';
import { number, table, withSpread } from './markdown.js';
import type { Measurement } from './measure.js';
import { ratioOf } from './statistics.js';

export function growthTable(growths: readonly Growth[]): string {
  const head = [
    'what grows',
    'size',
    'requests/s, ratio (least–most)',
    'CPU/request, server',
    'CPU/request, database',
    'p99',
    'errors',
  ];
  return table(head, growths.flatMap(rowsOf));
}

function rowsOf({ dimension, measurements }: Growth): string[][] {
  const [base] = dimension.variants;
  return dimension.variants.map(({ title }, index) => {
    const values = (name: string | undefined, field: keyof Measurement) =>
      measurements.get(name ?? '')?.map((one) => one[field]) ?? [];
    const ratio = (field: keyof Measurement) =>
      ratioOf(values(title, field), values(base?.title, field));
    return [
      index === 0 ? dimension.title : '',
      title,
      withSpread(ratio('requestsPerSecond'), 2),
      number(ratio('serverCpuUs')?.median, 2),
      number(ratio('databaseCpuUs')?.median, 2),
      number(ratio('p99Ms')?.median, 2),
      number(measurements.get(title)?.reduce((sum, one) => sum + one.errors, 0)),
    ];
  });
}
