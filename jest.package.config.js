import config from './jest.config.js';

/** `npm run test:package`: what someone gets who installs the packed package. */
export default {
  ...config,
  testMatch: ['<rootDir>/test/package/**/*.package.ts'],
  testTimeout: 120_000,
  // Packing builds into one folder.
  maxWorkers: 1,
};
