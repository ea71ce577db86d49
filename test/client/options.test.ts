import { describe, expect, test } from '@jest/globals';
import { type ClientOptions, createClient } from '../../src/client.js';

const baseUrl = 'http://authentik.example';

/** What JavaScript may pass. */
const create = (options: unknown) => () => createClient(options as ClientOptions);

describe('createClient', () => {
  test.each([
    ['nothing', undefined],
    ['an empty object', {}],
    ['an address alone', baseUrl],
    ['an undefined address', { baseUrl: undefined }],
  ])('%s is refused for want of an address', (_, options) => {
    expect(create(options)).toThrow(
      new TypeError(
        'baseUrl is missing. Pass the address of the service, such as "https://authentik.example".',
      ),
    );
  });

  test.each([
    '',
    'authentik.example',
    '/api/v3',
    'localhost:3000',
    'ftp://authentik.example',
  ])('%j is no address', (address) => {
    expect(create({ baseUrl: address })).toThrow(
      new TypeError(
        'baseUrl must be a whole http or https URL, such as "https://authentik.example".',
      ),
    );
  });

  test.each([
    'http://me:secret@host',
    'http://me@host',
    'http://:secret@host',
    'http://host?a=b',
    'http://host/#top',
  ])('%j has a part that no address may have', (address) => {
    expect(create({ baseUrl: address })).toThrow(/^baseUrl must not have a user, password/);
  });

  test.each([
    ['Bearer ', 'Bearer secret', /^token must not begin with "Bearer "/],
    ['the word in lower case', 'bearer secret', /^token must not begin with "Bearer "/],
    ['a line break', 'secret\n', /^token must be ASCII/],
    ['a letter that no header can carry', 'sécret…', /^token must be ASCII/],
    ['nothing', '', /^token must be ASCII/],
    ['a number', 7, /^token must be a string/],
    ['null', null, /^token must be a string/],
  ])('a token with %s is refused, and not shown', async (_, token, message) => {
    const failure = expect.objectContaining({
      name: 'TypeError',
      message: expect.not.stringContaining('cret'),
    });
    expect(create({ baseUrl, token })).toThrow(message);
    expect(create({ baseUrl, token })).toThrow(failure);

    const sent: Request[] = [];
    const client = createClient({
      baseUrl,
      token: async () => token as string,
      fetch: async (request) => {
        sent.push(request);
        return new Response('{}');
      },
    });
    const call = client.GET('/stages/password/');
    await expect(call).rejects.toThrow(message);
    await expect(call).rejects.toEqual(failure);
    expect(sent).toEqual([]);
  });
});
