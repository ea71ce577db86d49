/** Builders of rows that work on every generation of authentik's tables. */
export * from './fixtures/callers.js';
export * from './fixtures/groups-and-roles.js';
export { insert } from './fixtures/insert.js';
export * from './fixtures/permissions.js';
export * from './fixtures/stages.js';
