import shared from '../../jest.config.js';

/** @type {import('jest').Config} */
export default {
  ...shared,
  rootDir: '../..',
  testTimeout: 600_000,
  testMatch: ['<rootDir>/test/deploy/*.deploy.ts'],
};
