import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { backgroundUrl, type UrlRules } from '../../src/domain/background-url.js';
import { GENERATIONS } from '../../src/domain/generation.js';
import { PROPERTY } from '../support/property.js';

/** A stored value and authentik's answer to it; from 2025.12 without its signature. */
type Case = readonly [stored: string | null, url: string];

function rulesSince(since: string, others: Partial<UrlRules> = {}): UrlRules {
  const generation = GENERATIONS.find((candidate) => candidate.since === since);
  if (!generation) throw new Error(`There is no generation ${since}.`);
  return { background: generation.background, schema: 'public', webPath: '', ...others };
}

const DEFAULT = '/static/dist/assets/images/flow_background.jpg';

const EVERYWHERE: readonly Case[] = [
  [null, DEFAULT],
  ['', DEFAULT],
  ['/static/dist/assets/images/x.jpg', '/static/dist/assets/images/x.jpg'],
  ['/staticfoo', '/staticfoo'],
  ['http://x.example/a.png', 'http://x.example/a.png'],
  ['https://x.example/a b.png', 'https://x.example/a b.png'],
  ['http:/one-slash.png', 'http:/one-slash.png'],
];

const media = (folder: string): readonly Case[] => [
  ['httpfoo.png', 'httpfoo.png'],
  ['HTTP://X/y.png', `${folder}HTTP%3A/X/y.png`],
  ['fa://fa-lock', `${folder}fa%3A/fa-lock`],
  ['flow-backgrounds/plain.png', `${folder}flow-backgrounds/plain.png`],
  ['flow-backgrounds/my pic ü.png', `${folder}flow-backgrounds/my%20pic%20%C3%BC.png`],
  ['flow-backgrounds/a?b#c.png', `${folder}flow-backgrounds/a%3Fb%23c.png`],
  ['flow-backgrounds/a%20b.png', `${folder}flow-backgrounds/a%2520b.png`],
  ['flow-backgrounds/bg-%(theme)s.png', `${folder}flow-backgrounds/bg-%25(theme)s.png`],
  [
    "flow-backgrounds/~!*()'._-+,;=@&$:.png",
    `${folder}flow-backgrounds/~!*()'._-%2B%2C%3B%3D%40%26%24%3A.png`,
  ],
  ['flow-backgrounds//a.png', `${folder}flow-backgrounds/a.png`],
  ['flow-backgrounds\\a.png', `${folder}flow-backgrounds/a.png`],
  ['flow-backgrounds/./a.png', `${folder}flow-backgrounds/a.png`],
  ['flow-backgrounds/..', folder],
];

const absoluteNames = (folder: string): readonly Case[] => [
  ['/other/a.png', `${folder}other/a.png`],
  ['//other/a.png', `${folder}other/a.png`],
  ['/media/public/flow-backgrounds/a.png', `${folder}media/public/flow-backgrounds/a.png`],
  ['/', folder],
];

const absolutePaths: readonly Case[] = [
  ['/other/a.png', '/other/a.png'],
  ['/media/public/flow-backgrounds/a.png', '/media/public/flow-backgrounds/a.png'],
];

const files: readonly Case[] = [
  ['httpfoo.png', '/files/media/public/httpfoo.png'],
  ['https:/one-slash.png', '/files/media/public/https:/one-slash.png'],
  ['HTTP://X/y.png', '/files/media/public/HTTP://X/y.png'],
  ['fa://fa-lock', 'fa://fa-lock'],
  ['fa:lock', '/files/media/public/fa:lock'],
  ['flow-backgrounds/my pic ü.png', '/files/media/public/flow-backgrounds/my pic ü.png'],
  ['flow-backgrounds/a?b#c.png', '/files/media/public/flow-backgrounds/a?b#c.png'],
  ['flow-backgrounds//a.png', '/files/media/public/flow-backgrounds//a.png'],
  ['../evil.png', '/files/media/public/../evil.png'],
  ['/other/a.png', '/files/media/public//other/a.png'],
];

const mediaBySchema: readonly Case[] = [
  ...EVERYWHERE,
  ...media('/media/public/'),
  ['../evil.png', '/media/evil.png'],
  ['../../evil.png', '/evil.png'],
  // Python's urljoin loses the slash here, and so do we.
  ['../../../evil.png', 'evil.png'],
];

const CASES: Readonly<Record<string, readonly Case[]>> = {
  '2023.10': [
    ...EVERYWHERE,
    ...media('/media/'),
    ['../evil.png', '/evil.png'],
    ...absoluteNames('/media/'),
  ],
  '2024.2': [...mediaBySchema, ...absoluteNames('/media/public/')],
  '2024.4': [...mediaBySchema, ...absoluteNames('/media/public/')],
  '2025.8': [...mediaBySchema, ...absolutePaths],
  '2025.12': [...EVERYWHERE, ...files],
  '2026.2': [...EVERYWHERE, ...files],
};

describe('backgroundUrl', () => {
  test('the facts are about every generation', () => {
    expect(Object.keys(CASES)).toEqual(GENERATIONS.map(({ since }) => since));
  });

  for (const [since, cases] of Object.entries(CASES)) {
    test.each(cases)(`since ${since}: %j is answered as %s`, (stored, url) => {
      expect(backgroundUrl(stored, rulesSince(since))).toBe(url);
    });
  }

  test.each<[string, string]>([
    ['2023.10', '/media/a.png'],
    ['2024.2', '/media/t_acme/a.png'],
    ['2025.12', '/files/media/t_acme/a.png'],
  ])("since %s: a tenant's upload is %s", (since, url) => {
    expect(backgroundUrl('a.png', rulesSince(since, { schema: 't_acme' }))).toBe(url);
  });

  test.each<[string, ...Case]>([
    ['2024.4', null, `/sso${DEFAULT}`],
    ['2024.4', '/static/x.jpg', '/sso/static/x.jpg'],
    ['2024.4', 'https://x.example/a.png', 'https://x.example/a.png'],
    ['2025.8', 'a.png', '/sso/media/public/a.png'],
    ['2025.8', '/other/a.png', '/sso/other/a.png'],
    ['2025.8', 'http://x.example/a.png', 'http://x.example/a.png'],
    ['2025.12', '', `/sso${DEFAULT}`],
    ['2025.12', '/static/x.jpg', '/sso/static/x.jpg'],
    ['2025.12', 'a.png', '/sso/files/media/public/a.png'],
    ['2025.12', 'fa://fa-lock', 'fa://fa-lock'],
  ])('since %s: authentik below /sso answers %j as %s', (since, stored, url) => {
    expect(backgroundUrl(stored, rulesSince(since, { webPath: '/sso' }))).toBe(url);
  });

  test('the URL of an upload names no other server, and needs no quoting', () => {
    const parts = fc.oneof(
      fc.constantFrom('..', '.', '/', '//', '\\', 'http:'),
      fc.string({ unit: 'binary' }),
    );
    const names = fc
      .array(parts, { minLength: 1 })
      .map((list) => list.join(''))
      .filter((name) => !name.startsWith('http') && !name.startsWith('/static'));
    fc.assert(
      fc.property(names, fc.constantFrom('2023.10', '2024.2', '2024.4'), (name, since) => {
        expect(backgroundUrl(name, rulesSince(since))).toMatch(/^(?!\/\/)[\w%/~!*()'.-]+$/);
      }),
      PROPERTY,
    );
  });
});
