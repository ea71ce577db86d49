/** Every setting with its check, its default and its meaning. */
import { accessSync, constants } from 'node:fs';
import { availableParallelism } from 'node:os';
import { makeValidator } from 'envalid';
import { addressesOf } from './data/addresses.js';

const text = makeValidator<string>((input) => input);

const integer = (minimum: number, maximum: number) =>
  makeValidator<number>((input) => {
    const value = /^\d+$/.test(input) ? Number(input) : Number.NaN;
    if (value >= minimum && value <= maximum) return value;
    throw new Error(`must be a whole number from ${minimum} to ${maximum}`);
  });

const milliseconds = integer(1, 3_600_000);
const delayMilliseconds = integer(0, 3_600_000);
const count = integer(1, 1_000_000);
const portNumber = integer(0, 65_535);

const flag = makeValidator<boolean>((input) => {
  if (/^(true|1|yes|on)$/i.test(input)) return true;
  if (/^(false|0|no|off)$/i.test(input)) return false;
  throw new Error('must be true or false');
});

const postgresUrl = makeValidator<string>((input) => {
  try {
    addressesOf(input);
    return input;
  } catch {
    throw new Error('must be a URL such as postgresql://user:password@host:5432/authentik');
  }
});

const readableFile = makeValidator<string>((input) => {
  try {
    accessSync(input, constants.R_OK);
    return input;
  } catch {
    throw new Error('must be a file that can be read');
  }
});

const schemaName = makeValidator<string>((input) => {
  if (Buffer.byteLength(input) <= 63) return input;
  throw new Error('must be the name of a PostgreSQL schema, at most 63 bytes');
});

/** Without its last slash, as it is put before paths. */
const urlPath = makeValidator<string>((input) => {
  if (/^\/(?:[\w.~-]+\/?)*$/.test(input)) return input.replace(/\/$/, '');
  throw new Error('must be a path such as /authentik/');
});

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];
const logLevel = makeValidator<string>((input) => {
  if (LOG_LEVELS.includes(input)) return input;
  throw new Error(`must be one of ${LOG_LEVELS.join(', ')}`);
});

const workerCount = makeValidator<number>((input) => {
  if (input === 'auto') return availableParallelism();
  const value = /^\d+$/.test(input) ? Number(input) : 0;
  if (value >= 1 && value <= 256) return value;
  throw new Error('must be a whole number from 1 to 256, or auto');
});

/** Every setting with its meaning; the README's table is checked against it. */
export const SETTINGS = {
  DATABASE_URL: postgresUrl({
    default: undefined,
    desc: "authentik's PostgreSQL, or several hosts of it (host1:5432,host2:5432). Without it, an embedded PostgreSQL with demo data",
  }),
  DATABASE_PASSWORD_FILE: readableFile({
    default: undefined,
    desc: 'Holds the password instead of DATABASE_URL; read for each new connection, so that it may change',
  }),
  DATABASE_SCHEMA: schemaName({
    default: 'public',
    desc: "The schema of authentik's tables; a tenant's is t_…",
  }),
  DATABASE_POOL_SIZE: count({
    default: 4,
    desc: 'Most connections to PostgreSQL, for each worker',
  }),
  DATABASE_CONNECT_TIMEOUT_MS: milliseconds({ default: 2000, desc: 'Deadline for connecting' }),
  DATABASE_QUERY_TIMEOUT_MS: milliseconds({ default: 2000, desc: 'Deadline for a query' }),
  DATABASE_PREPARED_STATEMENTS: flag({
    default: true,
    desc: 'Off for a pooler that cannot keep prepared statements',
  }),
  DATABASE_STARTUP_PARAMETERS: flag({
    default: true,
    desc: 'Off for a pooler that refuses statement_timeout and options, as PgBouncer does',
  }),
  AUTHENTIK_WEB_PATH: urlPath({
    default: '',
    desc: "authentik's own setting web.path (since 2024.12), put before its URLs",
  }),
  HOST: text({ default: '127.0.0.1', desc: 'Address to listen on' }),
  PORT: portNumber({ default: 3000, desc: 'Port to listen on; 0 takes a free one' }),
  WORKERS: workerCount({ default: 1, desc: 'Processes that answer; auto: one for each core' }),
  METRICS_PORT: portNumber({
    default: undefined,
    desc: 'Serves /metrics for Prometheus on this port; 0 takes a free one. Without it, nothing is counted',
  }),
  METRICS_HOST: text({ default: '127.0.0.1', desc: 'Address to serve the metrics on' }),
  LOG_LEVEL: logLevel({ default: 'info', desc: LOG_LEVELS.join(', ') }),
  REQUEST_TIMEOUT_MS: milliseconds({ default: 5000, desc: 'Deadline for a whole answer' }),
  HEADERS_TIMEOUT_MS: milliseconds({
    default: 10_000,
    desc: 'Deadline for a client to send a request',
  }),
  KEEP_ALIVE_TIMEOUT_MS: milliseconds({
    default: 65_000,
    desc: "An idle connection is closed then; longer than a proxy's own",
  }),
  SHUTDOWN_DELAY_MS: delayMilliseconds({
    default: 0,
    desc: 'When told to stop, requests are taken for so long yet, while /readyz answers 503',
  }),
  SHUTDOWN_TIMEOUT_MS: milliseconds({
    default: 10_000,
    desc: 'Deadline for running requests when told to stop',
  }),
  MAX_ACTIVE_REQUESTS: count({
    default: 256,
    desc: 'Requests answered at the same time, for each worker; the surplus gets 503',
  }),
  MAX_CONNECTIONS: count({
    default: 10_000,
    desc: 'Most open client connections, for each worker',
  }),
  REFERENCE_PAGE: flag({
    default: true,
    desc: 'Serve the reference page and the contract below the base path',
  }),
  ALLOW_REMOTE_DEMO: flag({
    default: false,
    desc: 'Serve the demo data on an address that others can reach',
  }),
};
