import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startTraffic } from '../support/live/traffic.js';
import { DEMO_TOKENS, startDemoService, type TestService } from '../support/service.js';
import { fuzz } from './fuzz.js';

const SEED = Number(process.env.FUZZ_SEED ?? 20_240_604);
const REQUESTS = 2000;
const tokens = Object.values(DEMO_TOKENS);

let service: TestService;
beforeAll(async () => {
  service = await startDemoService({
    environment: {
      HEADERS_TIMEOUT_MS: '500',
      KEEP_ALIVE_TIMEOUT_MS: '1000',
      REFERENCE_PAGE: 'off',
    },
  });
});
afterAll(() => service.close());

describe('hostile input', () => {
  test(`gets documented answers only, and disturbs nobody else (seed ${SEED})`, async () => {
    const others = startTraffic(service.url, { clients: 2 });
    const { findings, statuses } = await fuzz({
      ...{ url: service.url, seed: SEED, requests: REQUESTS, concurrency: 16, tokens },
    });
    await others.stop();
    expect(findings).toEqual([]);
    // Otherwise the requests would not reach what they are to try.
    for (const status of [200, 204, 400, 403, 404, 405, 406, 408, 431]) {
      expect(statuses).toHaveProperty(String(status));
    }
    const disturbed = others.exchanges.filter(
      ({ status, problems }) => status !== 200 || problems.length > 0,
    );
    expect(disturbed).toEqual([]);
    expect(others.exchanges.length).toBeGreaterThan(10);
    const log = JSON.stringify(service.log);
    expect(tokens.filter((token) => log.includes(token))).toEqual([]);
  }, 60_000);
});
