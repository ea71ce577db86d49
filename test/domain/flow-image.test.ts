import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { RELEASES } from '../../src/data/releases/releases.js';
import { type FlowImageRules, flowImage } from '../../src/domain/flow-image.js';
import { PROPERTY } from '../support/property.js';

/** A stored value and authentik's URL of it; from 2025.12 without its signature. */
type Case = readonly [stored: string | null, url: string];

function rulesSince(since: string, others: Partial<FlowImageRules> = {}): FlowImageRules {
  const release = RELEASES.find((candidate) => candidate.since === since);
  if (!release) throw new Error(`There is no release ${since}.`);
  return { form: release.image, schema: 'public', webPath: '', ...others };
}

const urlOf = (stored: string | null, rules: FlowImageRules) =>
  Object.values(flowImage(stored, rules)).join();

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
  '2024.8': [...mediaBySchema, ...absoluteNames('/media/public/')],
  '2025.8': [...mediaBySchema, ...absolutePaths],
  '2025.12': [...EVERYWHERE, ...files],
  '2026.2': [...EVERYWHERE, ...files],
  '2026.5': [...EVERYWHERE, ...files],
};

describe('flowImage', () => {
  test('the facts are about every release', () => {
    expect(Object.keys(CASES)).toEqual(RELEASES.map(({ since }) => since));
  });

  for (const [since, cases] of Object.entries(CASES)) {
    test.each(cases)(`since ${since}: %j becomes %s`, (stored, url) => {
      expect(urlOf(stored, rulesSince(since))).toBe(url);
    });
  }

  test.each(RELEASES)('of $since names the URL as its authentik does', ({ since }) => {
    const field = Number(since) >= 2026 || since === '2025.12' ? 'background_url' : 'background';
    expect(flowImage('/static/x.jpg', rulesSince(since))).toStrictEqual({
      [field]: '/static/x.jpg',
    });
  });

  test.each<[string, string]>([
    ['2023.10', '/media/a.png'],
    ['2024.2', '/media/t_acme/a.png'],
    ['2025.12', '/files/media/t_acme/a.png'],
  ])("since %s: a tenant's upload is %s", (since, url) => {
    expect(urlOf('a.png', rulesSince(since, { schema: 't_acme' }))).toBe(url);
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
  ])('since %s: below /sso, %j becomes %s', (since, stored, url) => {
    expect(urlOf(stored, rulesSince(since, { webPath: '/sso' }))).toBe(url);
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
        expect(urlOf(name, rulesSince(since))).toMatch(/^(?!\/\/)[\w%/~!*()'.-]+$/);
      }),
      PROPERTY,
    );
  });
});
