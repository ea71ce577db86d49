import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { packageRoot } from '../../src/package-root.js';
import { findFreePort } from '../support/live/free-port.js';
import { startServiceProcess } from '../support/live/service-process.js';
import { createDatabase } from '../support/postgres.js';
import { settingNames } from './support/settings.js';

const page = readFileSync(join(packageRoot, 'docs/operations.md'), 'utf8');

// Its commands are run by the tests of the proxies and of the installations.
describe('docs/operations.md', () => {
  test('names only settings that exist', () => {
    const named = [...page.matchAll(/`([A-Z]+(?:_[A-Z]+)+)\b/g)].map(([, name]) => name ?? '');
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((name) => !settingNames.includes(name))).toEqual([]);
  });

  test('asks for metrics that the service has', async () => {
    const named = [...page.matchAll(/\bauthentik_stages_(?!reader)\w+/g)].map(([name]) => name);
    const db = await createDatabase('2024.6', { seed: true });
    const port = await findFreePort();
    const service = await startServiceProcess({ DATABASE_URL: db.url, METRICS_PORT: port });
    const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    await service.stop();
    await db.drop();
    expect(named.length).toBeGreaterThan(3);
    expect(named.filter((name) => !metrics.includes(`# TYPE ${name} `))).toEqual([]);
  });
});
