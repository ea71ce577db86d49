import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { checkResponse, contract } from '../support/contract.js';
import {
  bindStage,
  grantGlobal,
  grantObject,
  insertFlow,
  insertPasswordStage,
  insertToken,
  insertUser,
} from '../support/fixtures.js';
import { createDatabase, type TestDatabase } from '../support/postgres.js';
import { startTestService, type TestService } from '../support/service.js';
import { send } from '../support/wire.js';

interface List {
  readonly pagination: Readonly<Record<string, number>>;
  readonly results: readonly { readonly name: string; readonly flow_set: readonly unknown[] }[];
}

describe.each(['2024.6', '2026.2'] as const)('stages_password_list on %s', (release) => {
  let database: TestDatabase;
  let service: TestService;
  let flowId: string;
  const tokens = { all: '', some: '', none: '', internal: '' };

  beforeAll(async () => {
    database = await createDatabase(release);
    flowId = await insertFlow(database, { slug: 'sign-in' });
    const first = await insertPasswordStage(database, {
      name: 'alpha one',
      failed_attempts_before_cancel: 5,
      configure_flow_id: flowId,
    });
    await insertPasswordStage(database, {
      name: 'beta 100% ONE',
      failed_attempts_before_cancel: 0,
    });
    const third = await insertPasswordStage(database, {
      name: 'gamma_two',
      failed_attempts_before_cancel: 5,
    });
    await bindStage(database, flowId, first, 0);
    await bindStage(database, flowId, first, 10);

    const tokenOf = async (grant: (user: number) => Promise<unknown>, type = 'internal') => {
      const user = await insertUser(database, { type });
      await grant(user);
      return insertToken(database, user);
    };
    tokens.all = await tokenOf((user) => grantGlobal(database, user));
    tokens.some = await tokenOf((user) => grantObject(database, user, third));
    tokens.none = await tokenOf(async () => {});
    tokens.internal = await tokenOf(async () => {}, 'internal_service_account');
    service = await startTestService(database.url);
  });

  afterAll(async () => {
    await service.close();
    await database.drop();
  });

  async function get(query: string, token = tokens.all, headers = {}) {
    const path = `${contract.basePath}${contract.pathOf('stages_password_list')}${query}`;
    const response = await send(service.url, path, {
      headers: { Authorization: `Bearer ${token}`, ...headers },
    });
    expect(checkResponse('stages_password_list', response)).toEqual([]);
    return response;
  }

  async function list(query: string, token?: string): Promise<List> {
    const { status, text } = await get(query, token);
    expect({ status, text }).toMatchObject({ status: 200 });
    return JSON.parse(text) as List;
  }

  const names = async (query: string, token?: string) =>
    (await list(query, token)).results.map(({ name }) => name);

  it('200: lists all stages by name, each with one flow for each binding', async () => {
    const { pagination, results } = await list('');
    expect(results.map(({ name, flow_set }) => [name, flow_set.length])).toEqual([
      ['alpha one', 2],
      ['beta 100% ONE', 0],
      ['gamma_two', 0],
    ]);
    expect(pagination).toMatchObject({ count: 3, current: 1, total_pages: 1, end_index: 3 });
  });

  it.each([
    ['?name=alpha%20one', ['alpha one']],
    ['?name=ALPHA%20one', []],
    ['?failed_attempts_before_cancel=5', ['alpha one', 'gamma_two']],
    ['?search=one', ['alpha one', 'beta 100% ONE']],
    ['?search=one,BETA', ['beta 100% ONE']],
    ['?search=100%25', ['beta 100% ONE']],
    ['?search=a_t', ['gamma_two']],
    ['?search=a%5C', []],
    ['?search=&name=&configure_flow=&failed_attempts_before_cancel=&ordering=&page=&page_size=', 3],
    ['?name=nothing&name=gamma_two', ['gamma_two']],
  ])('200: filters by %s', async (query, expected) => {
    const found = await names(query);
    expect(typeof expected === 'number' ? found.length : found).toEqual(expected);
  });

  // What JavaScript takes for numbers. An infinite one would reach SQL as NULL, and LIMIT NULL is no limit.
  it.each([
    ...['Infinity', '-Infinity', 'NaN', '1e309', '1e1', '0x10', '0b1', '5.0', '--', '1_0', '5n'],
    ...[
      '%205',
      '5%20',
      '%20',
      '5%0A',
      '%C2%855',
      '%EF%BB%BF5',
      '+5',
      '%2B5',
      '%EF%BC%95',
      '%D9%A5',
    ],
  ])('400: %j is no number of decimal digits', async (text) => {
    for (const name of ['page', 'page_size', 'failed_attempts_before_cancel']) {
      const { status, text: body } = await get(`?${name}=${text}`);
      expect({ status, code: JSON.parse(body).code }).toEqual({ status: 400, code: 'invalid' });
    }
  });

  it('200: filters by the flow that configures, in either case', async () => {
    expect(await names(`?configure_flow=${flowId.toUpperCase()}`)).toEqual(['alpha one']);
  });

  it.each([
    ['-name', ['gamma_two', 'beta 100% ONE', 'alpha one']],
    ['-failed_attempts_before_cancel,-name', ['gamma_two', 'alpha one', 'beta 100% ONE']],
    ['configure_flow,-name', ['alpha one', 'gamma_two', 'beta 100% ONE']],
  ])('200: orders by %s', async (ordering, expected) => {
    expect(await names(`?ordering=${ordering}`)).toEqual(expected);
  });

  it('200: pages through all stages, and knows the last page', async () => {
    const second = await list('?page=2&page_size=2');
    expect(second.results.map(({ name }) => name)).toEqual(['gamma_two']);
    expect(second.pagination).toEqual({
      next: 0,
      previous: 1,
      count: 3,
      current: 2,
      total_pages: 2,
      start_index: 3,
      end_index: 3,
    });
    expect(await list('?page=last&page_size=2')).toEqual(second);
  });

  it('200: shows a caller with object permissions just those stages, also when counting', async () => {
    const { pagination, results } = await list('', tokens.some);
    expect(results.map(({ name }) => name)).toEqual(['gamma_two']);
    expect(pagination.count).toBe(1);
  });

  it('200: shows an internal service account nothing', async () => {
    expect(await list('', tokens.internal)).toMatchObject({
      pagination: { count: 0 },
      results: [],
    });
  });

  it('304: has no body when nothing has changed', async () => {
    const { headers } = await get('');
    const again = await get('', tokens.all, { 'If-None-Match': headers.get('etag') ?? '' });
    expect(again).toMatchObject({ status: 304, text: '' });
  });

  it.each([
    '?page=0',
    '?page=x',
    '?page_size=0',
    '?configure_flow=nonsense',
    '?configure_flow=00000000-0000-4000-8000-000000000000',
    '?failed_attempts_before_cancel=2147483648',
    '?failed_attempts_before_cancel=many',
    '?name=%00',
    '?search=a%00b',
    '?format=json',
  ])('400: refuses %s', async (query) => {
    expect(JSON.parse((await get(query)).text)).toMatchObject({ code: 'invalid' });
  });

  it('refuses more than 1,000 stages on a page, or returns as many as the tenant allows', async () => {
    expect((await get('?page_size=1001')).status).toBe(release === '2024.6' ? 400 : 200);
  });

  it('403: refuses a caller without any view permission, whatever the query', async () => {
    expect(JSON.parse((await get('?page=x', tokens.none)).text)).toMatchObject({
      code: 'permission_denied',
    });
  });

  it('404: refuses a page beyond the last one', async () => {
    expect(JSON.parse((await get('?page=2')).text)).toMatchObject({ code: 'not_found' });
  });
});
