import shared from '../../jest.config.js';

/** @type {import('jest').Config} */
export default {
  ...shared,
  rootDir: '../..',
  testMatch: ['<rootDir>/test/faults/*.fault.ts'],
  // Each fault brings a server of its own.
  globalSetup: './test/faults/start-report.ts',
  globalTeardown: './test/faults/print-report.ts',
};
