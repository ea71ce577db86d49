import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { addressesOf, isLoopback, targetOf } from '../../src/data/connection-url.js';
import { packageRoot } from '../../src/package-root.js';

describe('addressesOf', () => {
  test.each([
    'postgresql://user:p%40ss@db.example:6432/authentik?sslmode=verify-full',
    'postgresql://user@/db?host=/run/postgresql',
    'postgres://db/authentik',
  ])('leaves a single host as it is written: %s', (url) => {
    expect(addressesOf(url)).toEqual([url]);
  });

  test('gives several hosts everything else, in their order', () => {
    expect(addressesOf('postgres://u:p,w@first:5433,second,[::1]:5434/db?a=b,c')).toEqual([
      'postgres://u:p,w@first:5433/db?a=b,c',
      'postgres://u:p,w@second/db?a=b,c',
      'postgres://u:p,w@[::1]:5434/db?a=b,c',
    ]);
  });

  // What `openssl rand -base64` and password managers make.
  test.each<[string, string]>([
    ['a/b+c=', 'a/b+c='],
    ['a#b?c', 'a#b?c'],
    ['a@b:c', 'a@b:c'],
    ['100%', '100%'],
    ['%4A%zz', 'J%zz'],
    ['p%40ss', 'p@ss'],
    ['[x] y', '[x] y'],
  ])('takes the password %s as it comes', (written, password) => {
    for (const address of addressesOf(`postgresql://reader:${written}@one,two:5433/authentik`)) {
      const client = new pg.Client({ connectionString: address });
      expect(client).toMatchObject({ user: 'reader', password, database: 'authentik' });
    }
  });

  test('leaves a password to the variable that docs/settings.md names', () => {
    const settings = readFileSync(join(packageRoot, 'docs/settings.md'), 'utf8');
    expect(settings).toContain('PGPASSWORD');
    process.env.PGPASSWORD = 'of the environment';
    const passwords = ['reader', 'reader:own'].map((credentials) => {
      const [connectionString] = addressesOf(`postgresql://${credentials}@db/authentik`);
      return new pg.Client({ connectionString }).password;
    });
    delete process.env.PGPASSWORD;
    expect(passwords).toEqual(['of the environment', 'own']);
  });

  test.each([
    'mysql://user:secret@host/db',
    'postgresql://user:secret@host:port/db',
    'postgresql://user:secret@good:5432,bad host:5432/db',
    'host=db password=secret',
  ])('refuses what is no such URL, without repeating it: %s', (url) => {
    expect(() => addressesOf(url)).toThrow(/^must be a URL such as postgresql:.*authentik$/);
    expect(() => addressesOf(url)).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining('secret') }),
    );
  });
});

describe('targetOf', () => {
  test.each<[string, string, boolean, boolean]>([
    ['postgresql://u:secret@127.0.0.1:5433/db', '127.0.0.1:5433', true, false],
    [
      'postgresql://u:secret@localhost,db.example/db',
      'localhost:5432 or db.example:5432',
      false,
      false,
    ],
    ['postgresql://u@/db?host=/run/postgresql', 'the socket in /run/postgresql', true, false],
    ['postgresql://u@db/db?sslmode=verify-full', 'db:5432', false, true],
  ])('%s', (url, place, isLocal, usesTls) => {
    const target = targetOf(url);
    expect(target).toMatchObject({ place, database: 'db', user: 'u', isLocal, usesTls });
    expect(JSON.stringify(target)).not.toContain('secret');
  });
});

test.each<[string, boolean]>([
  ['localhost', true],
  ['127.0.0.8', true],
  ['::1', true],
  ['127.0.0.1.example.org', false],
  ['0.0.0.0', false],
])('isLoopback(%s): %s', (host, expected) => {
  expect(isLoopback(host)).toBe(expected);
});
