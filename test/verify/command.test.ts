import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { CHECKS } from '../../src/verify/checks.js';
import { verify } from '../../src/verify/command.js';
import { type Report, withoutSecrets } from '../../src/verify/run.js';
import { contract } from '../support/contract.js';
import { startHttpServer } from '../support/http-server.js';
import { DEMO_TOKENS, type RunningService, startDemoService } from '../support/service.js';

interface Run {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
}

async function run(args: string[], environment: Record<string, string> = {}): Promise<Run> {
  let out = '';
  let err = '';
  const exitCode = await verify(args, {
    environment,
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
  });
  return { exitCode, out, err };
}

const TOKENS = ['--token', DEMO_TOKENS.administrator, '--second-token', DEMO_TOKENS.noPermission];
const { version } = contract.document.info;
const UUID = '5e1b9c70-2f4d-4b8e-9a31-c6d7e8f90a12';
const total = Object.values(CHECKS).flatMap((checks) => Object.keys(checks)).length;

describe('verify', () => {
  let service: RunningService;
  let folder: string;
  beforeAll(async () => {
    service = await startDemoService();
    folder = mkdtempSync(join(tmpdir(), 'verify-'));
  });
  afterAll(async () => {
    await service.close();
    rmSync(folder, { recursive: true });
  });

  test('0: a line for each check, and a sum', async () => {
    const { exitCode, out, err } = await run(['--url', service.url, ...TOKENS]);
    expect(exitCode).toBe(0);
    expect(err).toBe('');
    expect(out).toContain(`${version} at ${service.url}${contract.basePath}, profile contract\n`);
    expect(out.match(/^ {2}(pass|FAIL|not run) /gm)).toHaveLength(total);
    expect(out).toMatch(/\n\d+ passed, 0 failed, 3 not run\n$/);
  });

  test.each(['', '/'])('the address may end with the base path and %j', async (end) => {
    const url = service.url + contract.basePath + end;
    const { exitCode, out } = await run(['--url', url, ...TOKENS]);
    expect(exitCode).toBe(0);
    expect(out).toContain(` at ${service.url}${contract.basePath}, `);
  });

  test('1: the line that failed says what was expected and what came', async () => {
    const { exitCode, out } = await run([
      ...['--url', service.url],
      ...['--token', DEMO_TOKENS.administrator, '--second-token', DEMO_TOKENS.auditor],
    ]);
    expect(exitCode).toBe(1);
    expect(out).toContain(
      '  FAIL     a caller without permission is refused: expected 403 permission_denied, got 200\n',
    );
  });

  test('1: one line for a token that is refused', async () => {
    const { exitCode, out } = await run(['--url', service.url, '--token', 'not-a-token']);
    expect(exitCode).toBe(1);
    expect(out).toBe(
      `${service.url}${contract.basePath}: --token is refused: 403 authentication_failed\n`,
    );
    const second = await run(['--url', service.url, ...TOKENS, '--second-token', 'not-a-token']);
    expect(second.out).toMatch(/: --second-token is refused: 403 authentication_failed\n$/);
    expect(second.out.match(/\n/g)).toHaveLength(1);
  });

  test('1: one line for a deployment that is not there', async () => {
    const server = await startHttpServer(() => {});
    await server.close();
    const { exitCode, out } = await run(['--url', server.url, ...TOKENS]);
    expect(exitCode).toBe(1);
    expect(out).toMatch(/^\S+: no response: .*ECONNREFUSED.*\n$/);
  });

  test('1: one line for a deployment that is too slow', async () => {
    const server = await startHttpServer(() => {});
    const { exitCode, out } = await run(['--url', server.url, '--timeout', '0.05']);
    await server.close();
    expect(exitCode).toBe(1);
    expect(out).toBe(`${server.url}${contract.basePath}: no response in 0.05 s\n`);
  });

  test.each([
    [502, {}, 'is down: it returns 502'],
    [503, {}, 'is down: it returns 503'],
    [200, {}, 'is another site: it returns 200 without JSON'],
    [404, {}, 'is another site: it returns 404 without JSON'],
    [
      301,
      { Location: 'https://a.example/' },
      'redirects to https://a.example/: --url must be the address itself',
    ],
  ])('1: one line for a proxy that returns %i', async (status, headers, reason) => {
    const server = await startHttpServer((_request, response) =>
      response.writeHead(status, headers).end('<h1>nginx</h1>'),
    );
    const { exitCode, out } = await run(['--url', server.url, ...TOKENS]);
    await server.close();
    expect(exitCode).toBe(1);
    expect(out).toBe(`${server.url}${contract.basePath}: ${reason}\n`);
  });

  test('a response that breaks the contract is told by its first three faults', async () => {
    const server = await startHttpServer((_request, response) => {
      response.writeHead(200, { 'Content-Type': 'application/json' }).end('{}');
    });
    const { out } = await run(['--url', server.url, ...TOKENS, '--stage', UUID]);
    await server.close();
    expect(out).toMatch(
      /FAIL {5}a stage is returned as the contract describes it: expected the pk [^;]+; [^;]+ property 'pk'; [^;]+; and 12 more\n/,
    );
  });

  test('--json prints nothing but the report', async () => {
    const { out } = await run(['--url', service.url, '--json', ...TOKENS]);
    const { results, ...head } = JSON.parse(out) as Report;
    expect(head).toEqual({
      contract: { title: contract.document.info.title, version },
      address: service.url + contract.basePath,
      profile: 'contract',
    });
    expect(results).toHaveLength(total);
  });

  test('--junit writes a file that CI systems read', async () => {
    const file = join(folder, 'report.xml');
    await run(['--url', service.url, '--junit', file, '--token', DEMO_TOKENS.noPermission]);
    const xml = readFileSync(file, 'utf8');
    expect(xml).toMatch(new RegExp(`<testsuite [^>]*tests="${total}" failures="[1-9]\\d*"`));
    expect(xml.match(/<testcase /g)).toHaveLength(total);
    expect(xml).toContain('<failure message="expected 404 not_found, got 403 permission_denied"/>');
    expect(xml).toContain('<skipped message="needs --second-token"/>');
  });

  test('--junit escapes what the deployment returns', async () => {
    const server = await startHttpServer((_request, response) => {
      response.writeHead(200, { 'Content-Type': 'text/<&"\'\t>' }).end('{}');
    });
    const file = join(folder, 'escaped.xml');
    await run(['--url', server.url, '--junit', file]);
    await server.close();
    expect(readFileSync(file, 'utf8')).toContain("text/&#60;&#38;&#34;'&#9;&#62; instead of");
  });

  test('2: a JUnit file that cannot be written', async () => {
    const file = join(folder, 'missing', 'report.xml');
    const { exitCode, err } = await run(['--url', service.url, '--junit', file]);
    expect(exitCode).toBe(2);
    expect(err).toContain('The JUnit file cannot be written');
  });

  test('tokens may come from the environment', async () => {
    const { exitCode, out } = await run(['--url', service.url], {
      VERIFY_TOKEN: DEMO_TOKENS.administrator,
      VERIFY_SECOND_TOKEN: DEMO_TOKENS.noPermission,
    });
    expect(exitCode).toBe(0);
    expect(out).not.toContain('needs --');
  });

  test('a token is not printed, even if responses hold it', async () => {
    const server = await startHttpServer((request, response) => {
      const code = (request.headers.authorization ?? '').replace('Bearer ', '');
      response.writeHead(400, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify({ code, [code]: code }));
    });
    const tokens = ['--token', 'secret-of-one', '--second-token', 'secret-of-other'];
    const file = join(folder, 'secret.xml');
    const reports = [
      await run(['--url', server.url, '--junit', file, ...tokens]),
      await run(['--url', server.url, '--json', ...tokens]),
    ];
    await server.close();
    const printed = JSON.stringify(reports) + readFileSync(file, 'utf8');
    expect(printed).toContain('[token]');
    expect(printed).not.toContain('secret-of');
  });

  test.each([
    ['an occurrence that is delimited', 'a1', 'got "a1", a1', 'got "[token]", [token]'],
    ['no part of a word', 'the', 'the header other', '[token] header other'],
    ['every occurrence of a long token', 'secret-of-one', 'xsecret-of-onex', 'x[token]x'],
    ['a token that holds the other one', 'a token a', 'got a token a', 'got [token]'],
    ['a token of signs', '.*', 'got .* again', 'got [token] again'],
    ['nothing without a token', undefined, 'got a1', 'got a1'],
  ])('withoutSecrets cuts out %s', (_what, token, problem, printed) => {
    expect(withoutSecrets(problem, { token, secondToken: 'token' })).toBe(printed);
  });

  test.each([
    ['no address', [], '--url is missing.'],
    ['an address that is none', ['--url', 'authentik'], '--url must be an address'],
    ['another protocol', ['--url', 'ftp://authentik'], '--url must be an address'],
    ['a password in the address', ['--url', 'https://me:secret@a.example'], '--url must be'],
    [
      'a stage that is no UUID',
      ['--url', 'http://a', '--stage', 'secret'],
      '--stage must be a UUID.',
    ],
    [
      'a blank in a token',
      ['--url', 'http://a', '--token', 'a secret'],
      '--token must be the token alone',
    ],
    ['no time', ['--url', 'http://a', '--timeout', '0'], '--timeout must be a number of seconds'],
    [
      'an unknown profile',
      ['--url', 'http://a', '--profile', 'toString'],
      '--profile must be one of',
    ],
    ['an unknown option', ['--adress', 'http://a'], "Unknown option '--adress'"],
    ['a stray argument', ['--url', 'http://a', 'secret'], 'an argument that belongs to no option'],
  ])('2: %s', async (_, args, message) => {
    const { exitCode, out, err } = await run(args);
    expect(exitCode).toBe(2);
    expect(out).toBe('');
    expect(err).toContain(message);
    expect(err).toContain('--second-token <token>');
    expect(err).not.toContain('secret');
  });

  test('--help is no failure', async () => {
    const { exitCode, out } = await run(['--help']);
    expect(exitCode).toBe(0);
    expect(out).toContain('--profile <name>');
  });
});
