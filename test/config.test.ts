import { availableParallelism } from 'node:os';
import { describe, expect, test } from '@jest/globals';
import { findMistakes, readConfig, SETTINGS } from '../src/config.js';
import { packageRoot } from '../src/package-root.js';

const DATABASE_URL = 'postgresql://reader:pa%20ss@db.example:5432/authentik';
const VARIABLES = SETTINGS.map(({ variable }) => variable);

/** What is wrong, one line for each problem. */
function problemsOf(environment: Record<string, string>): string[] {
  try {
    readConfig(environment);
    return [];
  } catch (error) {
    return (error as Error).message.split('\n');
  }
}

/** Each setting with a value of its own, and its place; written out, not derived from the table under test. */
const EACH: [variable: string, value: string, path: string, expected: unknown][] = [
  ['DATABASE_URL', DATABASE_URL, 'database.url', DATABASE_URL],
  [
    'DATABASE_PASSWORD_FILE',
    `${packageRoot}/package.json`,
    'database.passwordFile',
    `${packageRoot}/package.json`,
  ],
  ['DATABASE_SCHEMA', 't_acme', 'database.schema', 't_acme'],
  ['DATABASE_POOL_SIZE', '12', 'database.poolSize', 12],
  ['DATABASE_CONNECT_TIMEOUT_MS', '3001', 'database.connectTimeoutMs', 3001],
  ['DATABASE_QUERY_TIMEOUT_MS', '3002', 'database.queryTimeoutMs', 3002],
  ['AUTHENTIK_WEB_PATH', '/sso/', 'authentik.webPath', '/sso'],
  ['HOST', '::1', 'http.host', '::1'],
  ['PORT', '3003', 'http.port', 3003],
  ['REQUEST_TIMEOUT_MS', '3004', 'http.requestTimeoutMs', 3004],
  ['MAX_ACTIVE_REQUESTS', '3005', 'http.maxActiveRequests', 3005],
  ['REFERENCE_PAGE', '0', 'http.referencePage', false],
  ['SHUTDOWN_DELAY_MS', '3006', 'http.shutdownDelayMs', 3006],
  ['SHUTDOWN_TIMEOUT_MS', '3007', 'http.shutdownTimeoutMs', 3007],
  ['METRICS_PORT', '3008', 'metrics.port', 3008],
  ['METRICS_HOST', '127.0.0.8', 'metrics.host', '127.0.0.8'],
  ['WORKERS', '3', 'process.workers', 3],
  ['LOG_LEVEL', 'silent', 'process.logLevel', 'silent'],
];

/** Everything in a configuration, by `group.key`. */
const flat = (environment: Record<string, string>) =>
  Object.fromEntries(
    Object.entries(readConfig(environment)).flatMap(([group, values]) =>
      Object.entries(values).map(([key, value]) => [`${group}.${key}`, value]),
    ),
  );

describe('readConfig', () => {
  test('knows 18 settings, each with a case below', () => {
    expect([...VARIABLES].sort()).toEqual(EACH.map(([variable]) => variable).sort());
    expect(VARIABLES).toHaveLength(18);
  });

  test.each(
    EACH,
  )('%s=%s reaches its own place, and no other', (variable, value, path, expected) => {
    const defaults = flat({});
    expect(defaults[path]).not.toEqual(expected);
    expect(flat({ [variable]: value })).toEqual({ ...defaults, [path]: expected });
  });

  test('all settings together reach their places', () => {
    const environment = Object.fromEntries(EACH.map(([variable, value]) => [variable, value]));
    expect(flat(environment)).toEqual(
      Object.fromEntries(EACH.map(([, , path, expected]) => [path, expected])),
    );
  });

  test('needs nothing, and then serves the demo data on loopback', () => {
    const { database, http, metrics } = readConfig({});
    expect(database.url).toBeUndefined();
    expect([http.host, metrics.host, metrics.port]).toEqual(['127.0.0.1', '127.0.0.1', undefined]);
  });

  test('takes an empty variable for one that is not set', () => {
    const empty = Object.fromEntries(VARIABLES.map((name) => [name, '']));
    expect(readConfig(empty)).toEqual(readConfig({}));
  });

  test.each<[string, string, string, unknown]>([
    ['AUTHENTIK_WEB_PATH', '/', 'authentik.webPath', ''],
    ['AUTHENTIK_WEB_PATH', '/sso/login', 'authentik.webPath', '/sso/login'],
    ['PORT', '0', 'http.port', 0],
    ['PORT', '65535', 'http.port', 65_535],
    ['WORKERS', 'auto', 'process.workers', availableParallelism()],
    ['REQUEST_TIMEOUT_MS', '3600000', 'http.requestTimeoutMs', 3_600_000],
    ['REFERENCE_PAGE', 'NO', 'http.referencePage', false],
    ['REFERENCE_PAGE', 'on', 'http.referencePage', true],
    ['HOST', 'localhost', 'http.host', 'localhost'],
  ])('%s=%s', (name, value, path, expected) => {
    expect(flat({ [name]: value })[path]).toBe(expected);
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
    ['REFERENCE_PAGE', 'maybe'],
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
    const names = VARIABLES.filter((name) => !anyText.includes(name));
    const problems = problemsOf(Object.fromEntries(names.map((name) => [name, value])));
    expect(problems.map((problem) => problem.split(' ')[0])).toEqual(names);
    expect(problems.join()).not.toContain(value);
  });

  test.each([
    ['sslmode=prefer', /^DATABASE_URL has sslmode=prefer, .* use disable, or verify-full/],
    ['sslmode=allow', /^DATABASE_URL has sslmode=allow, /],
    ['sslmode=disable&sslmode=prefer', /^DATABASE_URL has sslmode=prefer, /],
    [
      'a=b&target_session_attrs=read-write',
      /^DATABASE_URL has target_session_attrs, .*leave it out$/,
    ],
  ])('%s, which the driver reads otherwise than libpq, is refused', (parameter, message) => {
    expect(problemsOf({ DATABASE_URL: `${DATABASE_URL}?${parameter}` })).toEqual([
      expect.stringMatching(message),
    ]);
  });

  test.each([
    '0.0.0.0',
    '::',
    '192.168.1.2',
    'example.org',
    '127.0.0.1.example.org',
  ])('keeps the demo data on loopback: HOST=%s is refused without DATABASE_URL', (HOST) => {
    expect(problemsOf({ HOST })).toEqual([expect.stringMatching(/^HOST must be a loopback/)]);
    expect(readConfig({ HOST, DATABASE_URL }).http.host).toBe(HOST);
  });
});

describe('findMistakes', () => {
  test.each([
    [{ DATABSE_URL: DATABASE_URL }, ['DATABSE_URL is not a setting. Did you mean DATABASE_URL?']],
    [{ database_url: DATABASE_URL }, ['database_url is not a setting. Did you mean DATABASE_URL?']],
    [{ DATABASE_SCHEME: 'x' }, ['DATABASE_SCHEME is not a setting. Did you mean DATABASE_SCHEMA?']],
    [{ METRIC_PORTS: '1' }, ['METRIC_PORTS is not a setting. Did you mean METRICS_PORT?']],
    [
      { DATABASE_URL: '' },
      ['DATABASE_URL is empty, and counts as not set: this serves demo data.'],
    ],
    [{ DATABASE_URL, PORTS: '1', HOSTS: 'x', HOME: '/', DATABASE_HOST_NAME: 'x' }, []],
    [{}, []],
  ])('%j', (environment, mistakes) => {
    expect(findMistakes(environment)).toEqual(mistakes);
  });
});
