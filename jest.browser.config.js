import config from './jest.config.js';

/** `npm run test:browser`: what only a real browser can tell. */
export default {
  ...config,
  testMatch: ['<rootDir>/test/browser/**/*.browser.ts'],
  testTimeout: 60_000,
};
