import { readConfig } from '../../src/config.js';
import { runDoctor } from '../../src/doctor/doctor.js';

export interface Report {
  readonly isServable: boolean;
  readonly text: string;
  readonly durationMs: number;
}

/** What the doctor says about a database, with settings as the environment would give them. */
export async function examine(
  databaseUrl: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<Report> {
  const startedAt = performance.now();
  const written: string[] = [];
  const config = readConfig({ DATABASE_URL: databaseUrl, ...environment });
  const isServable = await runDoctor(config, databaseUrl, (text) => written.push(text));
  return { isServable, text: written.join(''), durationMs: performance.now() - startedAt };
}

/** The lines of one level, without their label. */
export function linesOf({ text }: Report, label: 'ok' | 'WARN' | 'FAIL'): string[] {
  return text
    .split('\n')
    .filter((line) => line.trimStart().startsWith(`${label} `))
    .map((line) => line.trimStart().slice(label.length).trim());
}
