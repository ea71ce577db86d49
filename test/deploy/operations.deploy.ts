import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { packageRoot } from '../../src/package-root.js';
import { SETTINGS } from '../../src/settings.js';
import { startServiceProcess } from '../support/live/service-process.js';
import { retrieve } from '../support/live/traffic.js';
import { createDatabase } from '../support/postgres.js';
import { findFreePort } from './support/free-port.js';

const docs = join(packageRoot, 'docs');
const page = readFileSync(join(docs, 'operations.md'), 'utf8');

describe('docs/operations.md', () => {
  test('names only settings that exist', () => {
    const named = [...page.matchAll(/\b[A-Z]+(?:_[A-Z]+)+\b/g)].map(([name]) => name);
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((name) => !(name in SETTINGS))).toEqual([]);
  });

  test('links only to files that exist', () => {
    const linked = [...page.matchAll(/\]\(([^)#]+)/g)].map(([, path]) => path ?? '');
    expect(linked.length).toBeGreaterThan(0);
    expect(linked.filter((path) => !existsSync(join(docs, path)))).toEqual([]);
  });

  test('quotes messages that the service has', () => {
    const table = page.split('## What a 503 means')[1]?.split('\n## ')[0] ?? '';
    const rows = table.split('\n').filter((line) => line.startsWith('| `'));
    const quoted = rows.flatMap(
      (row) => (row.split('|')[1] ?? '').match(/(?<=`)[A-Za-z][^`]+(?=`)/g) ?? [],
    );
    const messages = quoted.filter((text) => text.includes(' ') && !/^,? /.test(text));
    expect(messages.length).toBeGreaterThan(4);
    const sources = readSources();
    expect(messages.filter((message) => !sources.includes(message))).toEqual([]);
  });

  test('asks for metrics that the service gives', async () => {
    const named = new Set(
      [...page.matchAll(/\bauthentik_stages_(?!reader)\w+/g)].map(([name]) => name),
    );
    const db = await createDatabase('2024.6', { seed: true });
    const port = await findFreePort();
    const service = await startServiceProcess({ DATABASE_URL: db.url, METRICS_PORT: port });
    await retrieve(service.url, undefined, 'unknown');
    const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    await service.stop();
    await db.drop();
    expect(named.size).toBeGreaterThan(3);
    expect([...named].filter((name) => !metrics.includes(`# TYPE ${name} `))).toEqual([]);
  });
});

function readSources(): string {
  const folder = join(packageRoot, 'src');
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\n');
}
