import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { DEMO } from '../../src/demo/demo.js';
import { packageRoot } from '../../src/package-root.js';
import { SETTINGS } from '../../src/settings.js';
import { startServiceProcess } from '../support/live/service-process.js';
import { retrieve } from '../support/live/traffic.js';
import { onConnection } from '../support/postgres.js';
import { requireProgram } from './support/programs.js';

interface Service {
  readonly environment: Readonly<Record<string, string>>;
  readonly networks?: { readonly default: { readonly ipv4_address: string } };
  readonly volumes?: readonly string[];
  readonly stop_grace_period?: string;
}

const read = (file: string) => readFileSync(join(packageRoot, file), 'utf8');
const { services } = parse(read('compose.yaml'), { merge: true }) as {
  services: Readonly<Record<'stages-1' | 'stages-2' | 'proxy' | 'postgres', Service>>;
};
const { 'stages-1': one, 'stages-2': two, proxy, postgres } = services;
const SECRET_FILE = '/run/secrets/reader_password';

describe('compose.yaml', () => {
  test.each(Object.entries(services))('gives %s no more than it needs', (_name, service) => {
    expect(service).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      deploy: { resources: { limits: { cpus: '1', pids: expect.any(Number) } } },
    });
    expect(service).not.toHaveProperty('privileged');
    expect(service).not.toHaveProperty('cap_add');
  });

  test('sets what the service knows, and holds no secret', () => {
    const names = [one, two].flatMap(({ environment }) => Object.keys(environment));
    expect(names.filter((name) => !(name in SETTINGS))).toEqual([]);
    expect(one.environment).toMatchObject({
      DATABASE_URL: expect.stringMatching(/^\$\{DATABASE_URL:\?\}$/),
      DATABASE_PASSWORD_FILE: SECRET_FILE,
    });
    expect(read('compose.yaml')).not.toMatch(/:\/\/[^\s/@]+:[^\s/@]+@/);
  });

  test('sets what the configuration of nginx leaves open, to where the instances are', () => {
    const open = [...read('deploy/nginx.conf.template').matchAll(/\$\{(\w+)\}/g)];
    expect(new Set(Object.keys(proxy.environment))).toEqual(new Set(open.map(([, name]) => name)));
    const [, port] = /\bPORT=(\d+)/.exec(read('Dockerfile')) ?? [];
    expect(proxy.environment).toMatchObject({
      STAGES_1: `${one.networks?.default.ipv4_address}:${port}`,
      STAGES_2: `${two.networks?.default.ipv4_address}:${port}`,
    });
  });

  test('lets an instance end by itself', () => {
    const graceMs = Number.parseInt(one.stop_grace_period ?? '0', 10) * 1000;
    const { SHUTDOWN_DELAY_MS, SHUTDOWN_TIMEOUT_MS } = SETTINGS;
    expect(graceMs).toBeGreaterThan(
      Number(SHUTDOWN_DELAY_MS.default) + Number(SHUTDOWN_TIMEOUT_MS.default),
    );
  });

  describe('the scripts of its PostgreSQL', () => {
    const name = 'test_compose';
    const folder = mkdtempSync(join(tmpdir(), 'authentik-stages-compose-'));
    const adminUrl = process.env.TEST_POSTGRES_URL ?? '';

    afterAll(async () => {
      await onConnection(adminUrl, (client) => client.query(`DROP DATABASE ${name} WITH (FORCE)`));
      rmSync(folder, { recursive: true });
    });

    test('make a database that the service serves', async () => {
      await onConnection(adminUrl, (client) => client.query(`CREATE DATABASE ${name}`));
      const [database, reader] = [adminUrl, process.env.TEST_POSTGRES_READER_URL ?? ''].map(
        (address) => Object.assign(new URL(address), { pathname: name }),
      ) as [URL, URL];
      const passwordFile = join(folder, 'password');
      // The password that the role has in all tests, since roles belong to the whole server.
      writeFileSync(passwordFile, `${decodeURIComponent(reader.password)}\n`);
      for (const script of initScripts()) {
        execFileSync(requireProgram('psql'), [database.href, '-v', 'ON_ERROR_STOP=1', '-q'], {
          input: read(script).replace(SECRET_FILE, passwordFile),
          stdio: ['pipe', 'ignore', 'pipe'],
        });
      }
      reader.password = '';
      const service = await startServiceProcess({
        DATABASE_URL: reader.href,
        DATABASE_PASSWORD_FILE: passwordFile,
      });
      const answer = await retrieve(service.url, undefined, DEMO.administratorToken);
      await service.stop();
      expect(answer.status).toBe(200);
    }, 30_000);
  });
});

/** In the order in which the image runs them. */
function initScripts(): string[] {
  return (postgres.volumes ?? [])
    .map((volume) => volume.split(':') as [string, string])
    .filter(([, target]) => target.startsWith('/docker-entrypoint-initdb.d/'))
    .sort(([, a], [, b]) => a.localeCompare(b))
    .map(([source]) => source);
}
