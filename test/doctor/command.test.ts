import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { packageRoot } from '../../src/package-root.js';
import { createDatabase } from '../support/postgres.js';

/** Runs the program as an operator does, and waits until it ends. */
async function run(command: readonly string[], environment: Readonly<Record<string, string>>) {
  const { PATH, HOME } = process.env;
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', join(packageRoot, 'src/main.ts'), ...command],
    { cwd: packageRoot, env: { PATH, HOME, PORT: '0', ...environment } },
  );
  const output = { out: '', err: '' };
  child.stdout.on('data', (chunk) => {
    output.out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    output.err += chunk;
  });
  const [code] = await once(child, 'close');
  return { code, ...output };
}

const TIMEOUT_MS = 20_000;

describe('main doctor', () => {
  test(
    'writes its report and ends with 0 when the database can be served',
    async () => {
      const db = await createDatabase('2024.6', { seed: true });
      const { code, out, err } = await run(['doctor'], { DATABASE_URL: db.url });
      await db.drop();
      expect([code, err]).toEqual([0, '']);
      const titles = out.split('\n').filter((line) => /^[A-Z][a-z ]+$/.test(line));
      expect(titles).toEqual(['Connection', 'Tables', 'Role', 'Password stages']);
      expect(out).toMatch(/The service can serve this database \(0 problems, 0 warnings\)\.\n$/);
    },
    TIMEOUT_MS,
  );

  test(
    'ends with 1 when it cannot',
    async () => {
      const { code, out } = await run(['doctor'], { DATABASE_URL: 'postgresql://127.0.0.1:1/x' });
      expect(code).toBe(1);
      expect(out).toMatch(/FAIL {2}PostgreSQL at 127\.0\.0\.1:1 cannot be reached/);
      expect(out).toMatch(/The service cannot serve this database \(1 problem, 0 warnings\)\.\n$/);
    },
    TIMEOUT_MS,
  );
});

describe('main', () => {
  test(
    'refuses a database that it cannot serve with 1 and no stack trace',
    async () => {
      const db = await createDatabase('2024.6');
      await db.sql('DROP SCHEMA public CASCADE');
      const { code, err } = await run([], { DATABASE_URL: db.url });
      await db.drop();
      expect(code).toBe(1);
      expect(err).toMatch(/^Cannot start\.\nThere are no tables of authentik [^\n]*\n$/);
    },
    TIMEOUT_MS,
  );

  test(
    'refuses a command that it does not know with its usage',
    async () => {
      const { code, err } = await run(['docter'], {});
      expect(code).toBe(1);
      expect(err).toMatch(/There is no command "docter"\.\n\nUsage: /);
    },
    TIMEOUT_MS,
  );
});
