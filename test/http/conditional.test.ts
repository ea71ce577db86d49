import { describe, expect, test } from '@jest/globals';
import { isCurrent } from '../../src/http/json.js';

describe('isCurrent', () => {
  const etag = 'W/"3a1-Yp2Zf0c9k"';

  test.each([
    etag,
    '"3a1-Yp2Zf0c9k"',
    `"other", ${etag}`,
    `"other",${etag} `,
    '*',
    ' * ',
  ])('%j names the current answer', (ifNoneMatch) => {
    expect(isCurrent(ifNoneMatch, etag)).toBe(true);
  });

  test.each([
    undefined,
    '',
    'W/"3a1"',
    '3a1-Yp2Zf0c9k',
    'w/"3a1-Yp2Zf0c9k"',
    '"3a1-Yp2Zf0c9k',
  ])('%j does not', (ifNoneMatch) => {
    expect(isCurrent(ifNoneMatch, etag)).toBe(false);
  });
});
