import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { DEMO } from '../../src/demo/demo.js';
import { checkResponse, contract, exampleBody, pathTo } from '../support/contract.js';
import { DEMO_TOKENS, startDemoService, type TestService } from '../support/service.js';
import { exchange, parseResponse, send } from '../support/wire.js';

const OPERATION = 'stages_password_retrieve';
const ALLOW = 'GET, HEAD, OPTIONS';
const STAGE = pathTo(DEMO.stageUuid);
const UNKNOWN_STAGE = pathTo(randomUUID());

let service: TestService;
beforeAll(async () => {
  service = await startDemoService();
});
afterAll(() => service.close());

const as = (token: string) => ({ Authorization: `Bearer ${token}` });
const ADMIN = as(DEMO_TOKENS.administrator);

/** All headers but those that differ from one response to the next. */
const stable = (headers: Headers) =>
  [...headers].filter(([name]) => name !== 'x-request-id' && name !== 'date');

describe('HEAD', () => {
  test.each([
    { status: 200, path: STAGE, headers: ADMIN },
    { status: 400, path: pathTo('x'), headers: ADMIN },
    { status: 403, path: STAGE, headers: {} },
    { status: 403, path: STAGE, headers: as(DEMO_TOKENS.noPermission) },
    { status: 404, path: UNKNOWN_STAGE, headers: ADMIN },
    { status: 404, path: '/nowhere', headers: {} },
    { status: 406, path: STAGE, headers: { ...ADMIN, Accept: 'text/html' } },
  ])('has the headers of GET and no body: $status $path', async ({ status, path, headers }) => {
    const get = await send(service.url, path, { headers });
    const head = await send(service.url, path, { method: 'HEAD', headers });
    expect(head.status).toBe(status);
    expect(stable(head.headers)).toEqual(stable(get.headers));
    expect(head.headers.get('content-length')).toBe(String(Buffer.byteLength(get.text)));
    expect(head.text).toBe('');
  });

  test('is 304 for a client that has the response already', async () => {
    const { headers } = await send(service.url, STAGE, { headers: ADMIN });
    const known = { ...ADMIN, 'If-None-Match': headers.get('etag') ?? '' };
    const response = await send(service.url, STAGE, { method: 'HEAD', headers: known });
    expect(response.status).toBe(304);
    expect(checkResponse(OPERATION, response)).toEqual([]);
  });
});

describe('OPTIONS', () => {
  test.each([
    STAGE,
    UNKNOWN_STAGE,
    '/nowhere',
    '/',
  ])('%s is 204 with Allow, for anyone', async (path) => {
    const response = await send(service.url, path, { method: 'OPTIONS' });
    expect(response.status).toBe(204);
    expect(response.headers.get('allow')).toBe(ALLOW);
    expect(response.headers.get('x-request-id')).not.toBeNull();
    expect(response.text).toBe('');
  });

  test('* is 204 with Allow', async () => {
    const response = parseResponse(
      await exchange(service.url, 'OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'),
    );
    expect(response.status).toBe(204);
    expect(response.headers.get('allow')).toBe(ALLOW);
  });
});

describe('another method', () => {
  const REFUSED = exampleBody(OPERATION, 405, 'post');

  test.each([
    'POST',
    'PUT',
    'PATCH',
    'DELETE',
    'TRACE',
    'PROPFIND',
    'QUERY',
    'SEARCH',
  ])('%s is 405, with and without credentials, wherever it goes', async (method) => {
    for (const path of [STAGE, '/nowhere']) {
      for (const headers of [ADMIN, as('unknown'), {}]) {
        const response = await send(service.url, path, { method, headers });
        expect(response.status).toBe(405);
        expect(response.headers.get('allow')).toBe(ALLOW);
        expect(checkResponse(OPERATION, response)).toEqual([]);
        expect(JSON.parse(response.text)).toEqual(REFUSED);
      }
    }
  });

  // Node parses neither: the first is no request of its own, the second no method at all.
  test.each([
    'CONNECT example.org:443',
    `BREW ${STAGE}`,
    `get ${STAGE}`,
  ])('%s is 405 and the end of the connection', async (request) => {
    const bytes = await exchange(service.url, `${request} HTTP/1.1\r\nHost: a\r\n\r\n`);
    const response = parseResponse(bytes);
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe(ALLOW);
    expect(response.headers.get('connection')).toBe('close');
    expect(checkResponse(OPERATION, response)).toEqual([]);
    expect(JSON.parse(response.text)).toEqual(REFUSED);
  });

  test('POST with a body is 405, and the next request on the connection is served', async () => {
    const body = 'a'.repeat(1000);
    const bytes = await exchange(
      service.url,
      `POST ${STAGE} HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n${body}` +
        `GET /livez HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`,
    );
    expect(bytes.match(/HTTP\/1\.1 \d{3}/g)).toEqual(['HTTP/1.1 405', 'HTTP/1.1 200']);
  });
});

describe('Allow', () => {
  test('follows from the contract', () => {
    expect(contract.allowedMethods.join(', ')).toBe(ALLOW);
  });
});
