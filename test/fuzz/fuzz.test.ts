import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startTraffic } from '../support/live/traffic.js';
import { createDatabase, type TestDatabase } from '../support/postgres.js';
import { DEMO_TOKENS, startTestService, type TestService } from '../support/service.js';
import { fuzz } from './fuzz.js';

const SEED = Number(process.env.FUZZ_SEED ?? 20_240_604);
const tokens = Object.values(DEMO_TOKENS);

describe.each(['UTF8', 'LATIN1'] as const)('hostile input, and a database in %s', (encoding) => {
  let database: TestDatabase;
  let service: TestService;
  beforeAll(async () => {
    database = await createDatabase('2024.6', { seed: true, encoding });
    service = await startTestService(database.url, { environment: { REFERENCE_PAGE: 'off' } });
  });
  afterAll(async () => {
    await service.close();
    await database.drop();
  });

  test(`gets the responses that are due, and disturbs nobody else (seed ${SEED})`, async () => {
    const others = startTraffic(service.url, { clients: 2 });
    const { findings, statuses } = await fuzz({
      ...{ url: service.url, seed: SEED, requests: 2000, concurrency: 16, tokens },
    });
    await others.stop();
    expect(findings).toEqual([]);
    // Otherwise the requests would not reach what they are to try.
    for (const status of [200, 204, 304, 400, 403, 404, 405, 406, 431]) {
      expect(statuses).toHaveProperty(String(status));
    }
    const disturbed = others.exchanges.filter(
      ({ status, problems }) => status !== 200 || problems.length > 0,
    );
    expect(disturbed).toEqual([]);
    expect(others.exchanges.length).toBeGreaterThan(10);
    const log = JSON.stringify(service.log);
    expect(tokens.filter((token) => log.includes(token))).toEqual([]);
  });
});
