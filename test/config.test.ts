import { availableParallelism } from 'node:os';
import { describe, expect, test } from '@jest/globals';
import { type Config, ConfigError, readConfig } from '../src/config.js';
import { SETTINGS } from '../src/settings.js';

const DATABASE_URL = 'postgresql://reader:pa%20ss@db.example:5432/authentik';

/** What is wrong, one line for each problem. */
function problemsOf(environment: Record<string, string>): string[] {
  try {
    readConfig(environment);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n');
    throw error;
  }
}

describe('readConfig', () => {
  test('needs nothing, and then serves the demo data on loopback', () => {
    const config = readConfig({});
    expect(config.databaseUrl).toBeUndefined();
    expect(config.host).toBe('127.0.0.1');
  });

  test('takes an empty variable for one that is not set', () => {
    const empty = Object.fromEntries(Object.keys(SETTINGS).map((name) => [name, '']));
    expect(readConfig(empty)).toEqual(readConfig({}));
  });

  test.each<[string, string, keyof Config, unknown]>([
    ['DATABASE_URL', DATABASE_URL, 'databaseUrl', DATABASE_URL],
    ['DATABASE_URL', 'postgres://db/authentik', 'databaseUrl', 'postgres://db/authentik'],
    ['DATABASE_SCHEMA', 't_acme', 'databaseSchema', 't_acme'],
    ['DATABASE_POOL_SIZE', '12', 'databasePoolSize', 12],
    ['DATABASE_QUERY_TIMEOUT_MS', '1', 'databaseQueryTimeoutMs', 1],
    ['DATABASE_PREPARED_STATEMENTS', 'off', 'usesPreparedStatements', false],
    ['DATABASE_STARTUP_PARAMETERS', 'NO', 'usesStartupParameters', false],
    ['AUTHENTIK_WEB_PATH', '/', 'webPath', ''],
    ['AUTHENTIK_WEB_PATH', '/sso/', 'webPath', '/sso'],
    ['AUTHENTIK_WEB_PATH', '/sso/login', 'webPath', '/sso/login'],
    ['PORT', '0', 'port', 0],
    ['PORT', '65535', 'port', 65_535],
    ['WORKERS', '3', 'workers', 3],
    ['WORKERS', 'auto', 'workers', availableParallelism()],
    ['LOG_LEVEL', 'silent', 'logLevel', 'silent'],
    ['REQUEST_TIMEOUT_MS', '3600000', 'requestTimeoutMs', 3_600_000],
    ['REFERENCE_PAGE', '0', 'servesReference', false],
    ['HOST', '::1', 'host', '::1'],
    ['HOST', 'localhost', 'host', 'localhost'],
  ])('%s=%s', (name, value, key, expected) => {
    expect(readConfig({ [name]: value })[key]).toBe(expected);
  });

  test.each([
    ['DATABASE_URL', 'mysql://db/authentik'],
    ['DATABASE_URL', 'db.example'],
    ['DATABASE_PASSWORD_FILE', '/nowhere/at-all'],
    ['DATABASE_SCHEMA', 'x'.repeat(64)],
    ['DATABASE_POOL_SIZE', '0'],
    ['DATABASE_CONNECT_TIMEOUT_MS', '1.5'],
    ['DATABASE_QUERY_TIMEOUT_MS', '0'],
    ['DATABASE_QUERY_TIMEOUT_MS', '3600001'],
    ['DATABASE_PREPARED_STATEMENTS', 'maybe'],
    ['AUTHENTIK_WEB_PATH', 'sso'],
    ['AUTHENTIK_WEB_PATH', '/a//b'],
    ['AUTHENTIK_WEB_PATH', '/a?b'],
    ['PORT', '65536'],
    ['PORT', '-1'],
    ['PORT', '0x10'],
    ['PORT', '1e3'],
    ['PORT', ' 80'],
    ['WORKERS', '0'],
    ['WORKERS', '257'],
    ['WORKERS', 'many'],
    ['LOG_LEVEL', 'INFO'],
    ['REQUEST_TIMEOUT_MS', 'soon'],
  ])('%s=%s is refused, and the message says what is possible', (name, value) => {
    expect(problemsOf({ DATABASE_URL, [name]: value })).toEqual([
      expect.stringMatching(new RegExp(`^${name} must be `)),
    ]);
  });

  test('tells everything that is wrong at once, and repeats no value', () => {
    const value = 'not-a-value?';
    const anyText = ['HOST', 'METRICS_HOST', 'DATABASE_SCHEMA'];
    const names = Object.keys(SETTINGS).filter((name) => !anyText.includes(name));
    const problems = problemsOf(Object.fromEntries(names.map((name) => [name, value])));
    expect(problems.map((problem) => problem.split(' ')[0])).toEqual(names);
    expect(problems.join()).not.toContain(value);
  });

  describe('keeps the demo data on loopback', () => {
    test.each([
      '0.0.0.0',
      '::',
      '192.168.1.2',
      'example.org',
      '127.0.0.1.example.org',
    ])('HOST=%s is refused', (HOST) => {
      expect(problemsOf({ HOST })).toEqual([expect.stringMatching(/^HOST must be a loopback/)]);
    });

    test('when the permission to do otherwise is not clear', () => {
      expect(problemsOf({ HOST: '0.0.0.0', ALLOW_REMOTE_DEMO: 'perhaps' })).toEqual([
        expect.stringMatching(/^ALLOW_REMOTE_DEMO must be/),
        expect.stringMatching(/^HOST must be a loopback/),
      ]);
    });

    test('unless told otherwise', () => {
      expect(readConfig({ HOST: '0.0.0.0', ALLOW_REMOTE_DEMO: 'true' }).host).toBe('0.0.0.0');
    });

    test('and no other data', () => {
      expect(readConfig({ HOST: '0.0.0.0', DATABASE_URL }).host).toBe('0.0.0.0');
    });
  });
});
