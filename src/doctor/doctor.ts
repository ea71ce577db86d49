/** The doctor: writes the report of the examination, in bounded time. */
import { pino } from 'pino';
import type { Config } from '../config.js';
import { openConfiguredStore } from '../service.js';
import { examine, type Level, problem, type Section } from './examination.js';

const DEADLINE_MS = 4500;
const LABELS: Readonly<Record<Level, string>> = { ok: 'ok', warning: 'WARN', problem: 'FAIL' };

/** Resolves to whether the service can serve this database. */
export async function runDoctor(config: Config, databaseUrl: string, write: (text: string) => void): Promise<boolean> {
  const store = openConfiguredStore(config, { databaseUrl, logger: pino({ level: 'silent' }) });
  const sections = examine(store, { url: databaseUrl, schema: config.database.schema });
  const levels: Level[] = [];
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), DEADLINE_MS);
  });
  for (;;) {
    const next = await Promise.race([sections.next(), deadline]);
    if (next?.done) break;
    const section = next?.value ?? LATE;
    write(format(section));
    levels.push(...section.findings.map(({ level }) => level));
    if (!next) break;
  }
  clearTimeout(timer);
  // A server that does not respond must not keep the report waiting.
  store.close().catch(() => {});
  const count = (wanted: Level) => levels.filter((level) => level === wanted).length;
  const [problems, warnings] = [count('problem'), count('warning')];
  const numbers = `${problems} ${problems === 1 ? 'problem' : 'problems'}, ${warnings} ${warnings === 1 ? 'warning' : 'warnings'}`;
  write(`The service ${problems === 0 ? 'can' : 'cannot'} serve this database (${numbers}).\n`);
  return problems === 0;
}

const LATE: Section = {
  title: 'Deadline',
  findings: [problem(`The examination was not over after ${DEADLINE_MS} ms: the database is too slow.`)],
};

function format({ title, findings }: Section): string {
  const lines = findings.map(({ level, text }) => `  ${LABELS[level].padEnd(4)}  ${text}`);
  return `${[title, ...lines].join('\n')}\n\n`;
}
