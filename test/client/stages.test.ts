import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createClient, type PasswordStage, StagesError } from '../../src/client.js';
import { startHttpServer, type TestServer } from '../support/http-server.js';
import { DEMO_TOKENS, type RunningService, startDemoService } from '../support/service.js';

type Page = Readonly<Record<string, unknown>>;
const STAGES = ['a', 'b', 'c', 'd', 'e'];

/** A page of two stages, as the service sends them. */
function pageOf(stages: readonly string[], number: number, last: number): Page {
  const results = stages.slice(2 * number - 2, 2 * number).map((name) => ({ name }));
  return { results, pagination: { next: number < last ? number + 1 : 0 } };
}

async function collect(stages: AsyncIterable<PasswordStage>): Promise<string[]> {
  const names = [];
  for await (const { name } of stages) names.push(name);
  return names;
}

describe('client.stages', () => {
  let server: TestServer;
  let asked: URLSearchParams[];
  let respond: (page: number) => [status: number, body: Page];
  beforeAll(async () => {
    server = await startHttpServer(({ url }, response) => {
      const { searchParams } = new URL(url ?? '', 'http://host');
      asked.push(searchParams);
      const [status, body] = respond(Number(searchParams.get('page')));
      response.writeHead(status, { 'Content-Type': 'application/json', 'Retry-After': '0' });
      response.end(JSON.stringify(body));
    });
  });
  afterAll(() => server.close());

  function stages(responder: typeof respond, retries = 0) {
    asked = [];
    respond = responder;
    return createClient({ baseUrl: server.url, retries }).stages({ search: 'x', page_size: 2 });
  }

  test('gives the stages of all pages in their order, and passes the query on', async () => {
    expect(await collect(stages((page) => [200, pageOf(STAGES, page, 3)]))).toEqual(STAGES);
    expect(asked.map(String)).toEqual([
      'search=x&page_size=2&page=1',
      'search=x&page_size=2&page=2',
      'search=x&page_size=2&page=3',
    ]);
  });

  test('asks for a page when its first stage is wanted, and for none after a break', async () => {
    for await (const { name } of stages((page) => [200, pageOf(STAGES, page, 3)])) {
      expect(asked).toHaveLength(name < 'c' ? 1 : 2);
      if (name === 'c') break;
    }
    expect(asked).toHaveLength(2);
  });

  test('sends nothing before it is iterated', () => {
    stages((page) => [200, pageOf(STAGES, page, 3)]);
    expect(asked).toEqual([]);
  });

  test('ends when the list has shrunk and the next page no longer exists', async () => {
    const shrinking = stages((page) =>
      page < 3
        ? [200, pageOf(STAGES, page, 3)]
        : [404, { detail: 'Not found.', code: 'not_found' }],
    );
    expect(await collect(shrinking)).toEqual(['a', 'b', 'c', 'd']);
  });

  test('ends when a server repeats a page', async () => {
    const repeating = stages(() => [200, pageOf(STAGES, 1, 2)]);
    expect(await collect(repeating)).toEqual(['a', 'b', 'a', 'b']);
  });

  test.each([
    [
      'no page at all',
      1,
      404,
      { detail: 'Not found.', code: 'not_found' },
      'not_found',
      'Not found.',
    ],
    ['an error', 2, 403, { detail: 'No.', code: 'permission_denied' }, 'permission_denied', 'No.'],
    ['a refusal', 1, 400, { non_field_errors: ['A.', 'B.'], code: 'invalid' }, 'invalid', 'A. B.'],
    ['authentik', 2, 404, { detail: 'Invalid page.' }, 'unexpected_response', /Invalid page/],
  ])('throws for %s on page %d', async (_, failing, status, body, code, message) => {
    const iterator = stages((page) =>
      page < failing ? [200, pageOf(STAGES, page, 3)] : [status, body],
    );
    const error: unknown = await collect(iterator).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(StagesError);
    expect(error).toMatchObject({ name: 'StagesError', code, response: { status } });
    expect((error as StagesError).message).toMatch(message);
  });

  test('repeats the call of a page after a 503', async () => {
    let failures = 1;
    const iterator = stages((page) => {
      if (page === 2 && failures-- > 0)
        return [503, { detail: 'Later.', code: 'service_unavailable' }];
      return [200, pageOf(STAGES, page, 3)];
    }, 1);
    expect(await collect(iterator)).toEqual(STAGES);
    expect(asked.map((query) => query.get('page'))).toEqual(['1', '2', '2', '3']);
  });

  test('ends with the reason of its signal', async () => {
    asked = [];
    respond = (page) => [200, pageOf(STAGES, page, 3)];
    const caller = new AbortController();
    const reason = new Error('The user left.');
    const client = createClient({ baseUrl: server.url });
    const names: string[] = [];
    const iteration = async () => {
      for await (const { name } of client.stages({}, { signal: caller.signal })) {
        names.push(name);
        caller.abort(reason);
      }
    };
    await expect(iteration()).rejects.toBe(reason);
    expect(names).toEqual(['a', 'b']);
  });
});

describe('client.stages, with the service', () => {
  let service: RunningService;
  beforeAll(async () => {
    service = await startDemoService();
  });
  afterAll(() => service.close());

  test('gives what a list without pages gives', async () => {
    const client = createClient({ baseUrl: service.url, token: DEMO_TOKENS.administrator });
    const { data, error } = await client.GET('/stages/password/');
    expect(error).toBeUndefined();
    const names = await collect(client.stages({ page_size: 1 }));
    expect(names).toEqual(data?.results.map(({ name }) => name));
    expect(names).not.toEqual([]);
  });
});
