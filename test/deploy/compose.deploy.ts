import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { packageRoot } from '../../src/package-root.js';
import { configOf } from './support/settings.js';

const read = (file: string) => readFileSync(join(packageRoot, file), 'utf8');
const text = read('compose.yaml');
const { stages, proxy } = parse(text, { merge: true }).services;

describe('compose.yaml', () => {
  test('asks for three variables, and holds no secret', () => {
    const variables = new Set([...text.matchAll(/\$\{(\w+)/g)].map(([, name]) => name));
    expect([...variables].sort()).toEqual(['AUTHENTIK_NETWORK', 'PG_DB', 'READER_PASSWORD_FILE']);
    expect(text).not.toMatch(/:\/\/[^\s/@]+:[^\s/@]+@/);
  });

  test('sets what the service takes, and gives it the time to end by itself', () => {
    const defaults = text.replaceAll(/\$\{\w+:-(\w+)\}/g, '$1');
    const { http, database } = configOf(
      parse(defaults, { merge: true }).services.stages.environment,
    );
    expect(database.url).toBe('postgresql://authentik_stages_reader@postgresql/authentik');
    const neededMs = http.shutdownDelayMs + http.shutdownTimeoutMs;
    expect(Number.parseInt(stages.stop_grace_period, 10) * 1000).toBeGreaterThan(neededMs);
  });

  test('sets what the Caddyfile leaves open, to where authentik and the service are', () => {
    const open = [...read('deploy/Caddyfile').matchAll(/\{\$(\w+)/g)].map(([, name]) => name);
    expect(new Set(Object.keys(proxy.environment))).toEqual(new Set(open));
    const [, port] = /\bPORT=(\d+)/.exec(read('Dockerfile')) ?? [];
    const at = `stages:${port}`;
    const addresses = { STAGES_1: at, STAGES_2: at, AUTHENTIK: 'server:9000' };
    expect(proxy.environment).toMatchObject(addresses);
  });
});
