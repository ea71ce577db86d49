/** The doctor: writes the report of the examination, in bounded time. */
import { setTimeout as pause } from 'node:timers/promises';
import { pino } from 'pino';
import type { Config } from '../config.js';
import { openStore } from '../data/store.js';
import { examine, type Line } from './examination.js';

const DEADLINE_MS = 4500;
const LATE: Line = ['FAIL', `The examination was not over after ${DEADLINE_MS} ms: the database is too slow.`];

/** Resolves to whether the service can serve this database. */
export async function runDoctor(config: Config, databaseUrl: string, write: (text: string) => void): Promise<boolean> {
  const store = openStore(config, { databaseUrl, logger: pino({ level: 'silent' }) });
  const lines = examine(store, databaseUrl, config.database.schema);
  const late = pause(DEADLINE_MS, { value: LATE }, { ref: false });
  const written = { title: 0, ok: 0, WARN: 0, FAIL: 0 };
  let line: Line | undefined;
  do {
    line = (await Promise.race([lines.next(), late])).value;
    if (!line) break;
    const [kind, text] = line;
    if (kind === 'title') write(`${written.title > 0 ? '\n' : ''}${text}\n`);
    else write(`  ${kind.padEnd(4)}  ${text}\n`);
    written[kind] += 1;
  } while (line !== LATE);
  // A server that does not respond must not keep the report waiting.
  store.close().catch(() => {});
  const numbers = `${counted(written.FAIL, 'problem')}, ${counted(written.WARN, 'warning')}`;
  write(`\nThe service ${written.FAIL === 0 ? 'can' : 'cannot'} serve this database (${numbers}).\n`);
  return written.FAIL === 0;
}

const counted = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`;
