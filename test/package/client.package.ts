import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { build } from 'esbuild';
import { DEMO } from '../../src/demo/demo.js';
import { packageRoot } from '../../src/package-root.js';
import { DEMO_TOKENS, type RunningService, startDemoService } from '../support/service.js';
import { type Installation, installPackage } from './installation.js';

const MAX_BUNDLE_BYTES = 8192;
const tool = (name: string) => join(packageRoot, 'node_modules', '.bin', name);

describe('the packed package, in an empty project', () => {
  let installation: Installation;
  let service: RunningService;
  beforeAll(async () => {
    [installation, service] = await Promise.all([installPackage(), startDemoService()]);
  });
  afterAll(async () => {
    installation.remove();
    await service.close();
  });

  test('brings the client and nothing of the server', () => {
    const installed = readdirSync(join(installation.path, 'node_modules'));
    expect(installed.filter((name) => !name.startsWith('.')).sort()).toEqual([
      'authentik-stages-password',
      'openapi-fetch',
      'openapi-typescript-helpers',
    ]);
  });

  test('has a README, a license and a changelog of its own', () => {
    const packed = readdirSync(
      join(installation.path, 'node_modules', 'authentik-stages-password'),
    );
    expect(packed).toEqual(
      expect.arrayContaining(['README.md', 'LICENSE', 'CHANGELOG.md', 'openapi.yaml']),
    );
  });

  test.each(['call.mjs', 'call.cjs'])('%s makes a call', async (script) => {
    const call = (token: string) =>
      installation.run(process.execPath, script, service.url, token, DEMO.stageUuid);
    expect(await call(DEMO_TOKENS.administrator)).toBe('default-authentication-password');
    expect(await call(DEMO_TOKENS.noPermission)).toBe('permission_denied');
  });

  test.each([
    ['node16', 'node16', 'typed.ts'],
    ['nodenext', 'nodenext', 'typed.ts'],
    ['nodenext', 'nodenext', 'typed.mts'],
    ['esnext', 'bundler', 'typed.ts'],
  ])('types fit under --module %s --moduleResolution %s in %s', async (module, resolution, file) => {
    await installation.run('cp', 'typed.ts', 'typed.mts');
    const flags = ['--strict', '--noEmit', '--target', 'es2022', '--lib', 'es2022,dom'];
    const modules = ['--module', module, '--moduleResolution', resolution];
    expect(await installation.run(tool('tsc'), ...flags, ...modules, file)).toBe('');
  });

  test('publint finds nothing', async () => {
    expect(await installation.run(tool('publint'), '--strict', installation.tarball)).toContain(
      'All good!',
    );
  });

  test('arethetypeswrong finds nothing', async () => {
    // Fails by its exit code. The resolution of Node 10 does not know exports.
    const flags = ['--profile', 'node16', '--entrypoints', './client'];
    const report = await installation.run(tool('attw'), installation.tarball, ...flags);
    expect(report).toContain('authentik-stages-password/client');
  });

  test(`takes ${MAX_BUNDLE_BYTES} bytes of a browser's bundle at most`, async () => {
    const { outputFiles } = await build({
      stdin: {
        contents: "export { createClient } from 'authentik-stages-password/client';",
        resolveDir: installation.path,
      },
      bundle: true,
      format: 'esm',
      minify: true,
      platform: 'browser',
      target: 'es2022',
      write: false,
    });
    const { length } = gzipSync(outputFiles[0]?.contents ?? '');
    process.stdout.write(`the client in a browser's bundle: ${length} bytes gzipped\n`);
    expect(length).toBeGreaterThan(0);
    expect(length).toBeLessThanOrEqual(MAX_BUNDLE_BYTES);
  });

  test('its command checks a deployment', async () => {
    const report = await installation.run(
      'npx',
      ...['--no-install', 'authentik-stages-password', 'verify', '--url', service.url],
      ...['--token', DEMO_TOKENS.administrator, '--second-token', DEMO_TOKENS.noPermission],
    );
    expect(report).toMatch(/\n\d+ passed, 0 failed, 3 not run\n$/);
  });
});
