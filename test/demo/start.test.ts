import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { DEMO, describeStart } from '../../src/demo/demo.js';
import { packageRoot } from '../../src/package-root.js';
import { pathTo } from '../support/contract.js';
import { processesIn } from '../support/live/processes.js';
import { until } from '../support/live/until.js';
import { startDemoService, type TestService } from '../support/service.js';
import { parseResponse, send } from '../support/wire.js';

describe('a service on demo data', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'authentik-stages-start-'));
    chmodSync(folder, 0o755);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test.each([
    'SIGTERM',
    'SIGINT',
    'SIGHUP',
  ] as const)('leaves no process and no folder behind on %s', async (signal) => {
    const program = ['--import', 'tsx', 'src/main.ts'];
    const child = spawn(process.execPath, program, {
      cwd: packageRoot,
      env: { PATH: process.env.PATH, PORT: '0', TMPDIR: folder },
    });
    let printed = '';
    child.stderr.on('data', (text) => {
      printed += text;
    });
    child.stdout.resume();
    await until('the service listens', () => printed.includes('listens on'), 30_000);
    expect(processesIn(folder)).not.toEqual([]);
    child.kill(signal);
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(processesIn(folder)).toEqual([]);
    expect(readdirSync(folder).filter((name) => !name.startsWith('tsx-'))).toEqual([]);
  });
});

describe('DEMO.tokens', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await startDemoService();
  });
  afterAll(() => service.close());

  async function statusesOf(token: string) {
    const headers = { Authorization: `Bearer ${token}` };
    const list = await send(service.url, '/api/v3/stages/password/', { headers });
    const stage = await send(service.url, pathTo(DEMO.stageUuid), { headers });
    return { stage: stage.status, listed: JSON.parse(list.text).results?.length };
  }

  test('may do what their descriptions say', async () => {
    const found = await Promise.all(
      DEMO.tokens.map(async ({ label, description, token }) => {
        return [label, description, await statusesOf(token)];
      }),
    );
    expect(found).toEqual([
      ['administrator', 'may view every stage, as a superuser', { stage: 200, listed: 2 }],
      ['auditor', 'may view every stage, through a role', { stage: 200, listed: 2 }],
      [
        'single-stage',
        'may view the stage default-authentication-password only',
        { stage: 200, listed: 1 },
      ],
      ['no-permission', 'may view no stage', { stage: 403, listed: undefined }],
    ]);
  });

  test('what a start on another database prints works with a token', async () => {
    const printed = describeStart(service.url, false, true);
    expect(printed).toContain(`The reference page is ${service.url}/api/v3/\n`);
    expect(printed).toContain(`main.js verify --url ${service.url}\n`);
    const [curl] = /^ +curl .*$/m.exec(printed) ?? [];
    const env = { ...process.env, TOKEN: DEMO.administratorToken };
    const { stdout } = await promisify(execFile)('sh', ['-c', `${curl} -si`], { env });
    expect(parseResponse(stdout).status).toBe(200);
  });

  test('names no reference page where there is none, and no demo token', () => {
    const printed = describeStart(service.url, false, false);
    expect(printed).not.toMatch(/reference|demo/);
  });
});
