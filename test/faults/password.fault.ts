import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect } from '@jest/globals';
import type { PostgresServer } from '../support/live/postgres-server.js';
import { fault } from './fault.js';

const NEW_PASSWORD = 'rotated-Pa55word';
const secrets = [NEW_PASSWORD];
const folder = mkdtempSync(join(tmpdir(), 'authentik-stages-password-file-'));
const file = join(folder, 'password');

const setPassword = ({ sql }: PostgresServer, password = '') =>
  sql(`ALTER ROLE authentik_stages_reader PASSWORD '${password}'`);

describe('a password that is rotated', () => {
  fault(
    'password changed and changed back',
    async ({ postgres, traffic, untilSeen, untilServed, over }) => {
      const [password] = postgres.passwords;
      await setPassword(postgres, NEW_PASSWORD);
      // Connections that exist go on.
      await untilServed();
      expect(traffic.exchanges.some(({ status }) => status === 503)).toBe(false);
      await postgres.killClients();
      await untilSeen();
      await setPassword(postgres, password);
      over();
    },
    { secrets },
  );

  fault(
    'password changed together with DATABASE_PASSWORD_FILE',
    async ({ postgres, untilServed, over }) => {
      await setPassword(postgres, NEW_PASSWORD);
      writeFileSync(file, `${NEW_PASSWORD}\n`);
      await postgres.killClients();
      await untilServed();
      over();
      rmSync(folder, { recursive: true });
    },
    {
      settings: ({ url, passwords: [password = ''] }) => {
        writeFileSync(file, `${password}\n`);
        return { DATABASE_URL: url.replace(`:${password}@`, '@'), DATABASE_PASSWORD_FILE: file };
      },
      isHidden: true,
      secrets,
    },
  );
});
