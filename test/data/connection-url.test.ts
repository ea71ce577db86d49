import { describe, expect, test } from '@jest/globals';
import { addressesOf } from '../../src/data/addresses.js';

describe('addressesOf', () => {
  test('one host stays as it is written', () => {
    const url = 'postgresql://user:p%40ss@db.example:6432/authentik?sslmode=verify-full';
    expect(addressesOf(url)).toEqual([url]);
  });

  test('several hosts share everything else, in their order', () => {
    expect(addressesOf('postgres://u:p,w@first:5433,second,[::1]:5434/db?a=b,c')).toEqual([
      'postgres://u:p,w@first:5433/db?a=b,c',
      'postgres://u:p,w@second/db?a=b,c',
      'postgres://u:p,w@[::1]:5434/db?a=b,c',
    ]);
  });

  test('a socket in the file system needs no host', () => {
    const url = 'postgresql://user@/db?host=/run/postgresql';
    expect(addressesOf(url)).toEqual([url]);
  });

  test.each([
    'mysql://user:secret@host/db',
    'postgresql://user:secret@host:port/db',
    'postgresql://user:secret@good:5432,bad host:5432/db',
    'host=db password=secret',
  ])('refuses what is no such URL, without repeating it: %s', (url) => {
    expect(() => addressesOf(url)).toThrow(/^The address of the database is not a URL\.$/);
  });
});
