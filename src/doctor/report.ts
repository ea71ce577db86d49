/** Writes the report of the examination, in bounded time. */
import type { Config } from '../config.js';
import { examine } from './examination.js';
import { type Level, problem, type Section } from './finding.js';

const DEADLINE_MS = 4500;
const LABELS: Readonly<Record<Level, string>> = { ok: 'ok', warning: 'WARN', problem: 'FAIL' };

/** Resolves with whether the service can serve this database. */
export async function writeReport(
  config: Config,
  databaseUrl: string,
  write: (text: string) => void,
): Promise<boolean> {
  const levels: Level[] = [];
  const sections = examine(config, databaseUrl);
  const deadline = after(DEADLINE_MS);
  for (;;) {
    const next = await Promise.race([sections.next(), deadline.reached]);
    if (next?.done) break;
    const section = next?.value ?? LATE;
    write(format(section));
    levels.push(...section.findings.map(({ level }) => level));
    if (!next) {
      // Closes the store as soon as the database lets go of it; nobody waits for that.
      void sections.return(undefined);
      break;
    }
  }
  deadline.cancel();
  const problems = count(levels, 'problem');
  write(conclude(problems, count(levels, 'warning')));
  return problems === 0;
}

const LATE: Section = {
  title: 'Deadline',
  findings: [
    problem(`The examination was not over after ${DEADLINE_MS} ms: the database is too slow.`),
  ],
};

function after(ms: number): { readonly reached: Promise<undefined>; cancel(): void } {
  let timer: NodeJS.Timeout;
  const reached = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms);
  });
  return { reached, cancel: () => clearTimeout(timer) };
}

function count(levels: readonly Level[], wanted: Level): number {
  return levels.filter((level) => level === wanted).length;
}

function format({ title, findings }: Section): string {
  const lines = findings.map(({ level, text }) => `  ${LABELS[level].padEnd(4)}  ${text}`);
  return `${[title, ...lines].join('\n')}\n\n`;
}

function conclude(problems: number, warnings: number): string {
  const numbers = `${problems} ${problems === 1 ? 'problem' : 'problems'}, ${warnings} ${warnings === 1 ? 'warning' : 'warnings'}`;
  return problems === 0
    ? `The service can serve this database (${numbers}).\n`
    : `The service cannot serve this database (${numbers}).\n`;
}
