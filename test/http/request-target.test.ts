import { describe, expect, test } from '@jest/globals';
import { toOriginForm } from '../../src/http/request-target.js';

describe('toOriginForm', () => {
  test.each(['/', '/a/b?c=d', '//a', '/%zz', '/a b', '*'])('leaves %s as it is', (target) => {
    expect(toOriginForm(target)).toBe(target);
  });

  test.each([
    ['http://host/a/../b%2F?c=d', '/a/../b%2F?c=d'],
    ['HTTPS://user@host:8443/a', '/a'],
    ['http://host', '/'],
    ['http://host?c=d', '/?c=d'],
  ])('takes the path out of %s', (target, path) => {
    expect(toOriginForm(target)).toBe(path);
  });

  test.each([
    '',
    'a',
    'ftp://host/a',
    'http://',
    'http:///a',
    'https://host:99*/a',
    'http://a b/',
    'host:443',
  ])('knows nothing to do with "%s"', (target) => {
    expect(toOriginForm(target)).toBeUndefined();
  });
});
