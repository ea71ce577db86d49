import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { checkResponse, contract, exampleBody } from '../support/contract.js';
import { createDatabase, type TestDatabase } from '../support/postgres.js';
import { startTestService, type TestService } from '../support/service.js';
import { send } from '../support/wire.js';

const OPERATION = 'stages_password_retrieve';

let database: TestDatabase;
let service: TestService;
beforeAll(async () => {
  database = await createDatabase('2024.6');
  service = await startTestService(database.url);
});
afterAll(() => service.close());

const ask = (path: string, method?: string) => send(service.url, path, method ? { method } : {});

describe.each(['/livez', '/readyz'])('%s', (path) => {
  test('is 200 for anyone while the database responds', async () => {
    const response = await ask(path);
    expect(response.status).toBe(200);
    expect(JSON.parse(response.text)).toEqual({ status: 'ok' });
    expect(response.headers.get('content-type')).toMatch(/^application\/json/);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('x-request-id')).not.toBeNull();
  });

  test('responds to HEAD without a body, and refuses other methods', async () => {
    expect(await ask(path, 'HEAD')).toMatchObject({ status: 200, text: '' });
    expect(await ask(path, 'POST')).toMatchObject({ status: 405 });
  });

  test('is outside the contract', async () => {
    expect((await ask(contract.basePath + path)).status).toBe(404);
  });
});

test('/readyz is 503 while the service closes, and requests are served for a while yet', async () => {
  const closing = await startTestService(database.url, {
    environment: { SHUTDOWN_DELAY_MS: '1000' },
  });
  const closed = closing.close();
  expect((await send(closing.url, '/readyz')).status).toBe(503);
  expect((await send(closing.url, '/livez')).status).toBe(200);
  await closed;
});

describe('without a database', () => {
  beforeAll(() => database.drop());

  test('/livez is 200: a restart would not help', async () => {
    expect((await ask('/livez')).status).toBe(200);
  });

  test('/readyz is 503, and the log alone tells why', async () => {
    const response = await ask('/readyz');
    expect(response.status).toBe(503);
    expect(checkResponse(OPERATION, response)).toEqual([]);
    expect(JSON.parse(response.text)).toEqual(exampleBody(OPERATION, 503, 'unavailable'));
    const line = service.log.find(({ id }) => id === response.headers.get('x-request-id'));
    expect(line).toMatchObject({ status: 503, err: { cause: { message: expect.any(String) } } });
  });
});
