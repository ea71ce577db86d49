/** Every setting once: its variable, check, default and meaning; read into one Config, with all faults reported at once. */
import { accessSync, constants } from 'node:fs';
import { availableParallelism } from 'node:os';
import { distance } from 'fastest-levenshtein';
import { z } from 'zod';
import { addressesOf, isLoopback } from './data/connection-url.js';

// Each message completes the sentence that begins with the variable's name.
const text = z.string();

const integer = (minimum: number, maximum: number) => {
  const fits = (given: string) => /^\d+$/.test(given) && Number(given) >= minimum && Number(given) <= maximum;
  return text.refine(fits, `must be a whole number from ${minimum} to ${maximum}`).transform(Number);
};
const milliseconds = integer(1, 3_600_000);
const port = integer(0, 65_535);
const workers = z.union(
  [z.literal('auto').transform(availableParallelism), integer(1, 256)],
  'must be a whole number from 1 to 256, or auto',
);
const flag = z.stringbool('must be true or false');
const schema = text.regex(/^.{1,63}$/s, 'must be the name of a PostgreSQL schema, at most 63 bytes');
const webPath = text
  .regex(/^\/(?:[\w.~-]+\/?)*$/, 'must be a path such as /authentik/')
  .transform((path) => path.replace(/\/$/, ''));
const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

/** The message is what `check` throws, unless there is one. */
const checked = (check: (given: string) => unknown, problem?: string) =>
  text.superRefine((given, context) => {
    try {
      check(given);
    } catch (error) {
      context.addIssue({ code: 'custom', message: problem ?? (error as Error).message });
    }
  });

/** In the order of docs/settings.md, which is written from this. */
export const SETTINGS = z.object({
  DATABASE_URL: checked(addressesOf)
    .optional()
    .describe(
      "authentik's PostgreSQL, or several hosts of it (`host1:5432,host2:5432`). Without it, an embedded PostgreSQL with demo data",
    ),
  DATABASE_PASSWORD_FILE: checked((file) => accessSync(file, constants.R_OK), 'must be a file that can be read')
    .optional()
    .describe('Holds the password instead of DATABASE_URL; read for each new connection, so that it may change'),
  DATABASE_SCHEMA: schema.default('public').describe("The schema of authentik's tables; a tenant's is `t_…`"),
  DATABASE_POOL_SIZE: integer(1, 1000).default(4).describe('Most connections to PostgreSQL, for each worker'),
  DATABASE_CONNECT_TIMEOUT_MS: milliseconds.default(2000).describe('Deadline for connecting'),
  DATABASE_QUERY_TIMEOUT_MS: milliseconds.default(2000).describe('Deadline for a query'),
  AUTHENTIK_WEB_PATH: webPath
    .default('')
    .describe("authentik's own setting `web.path` (since 2024.12), put before its URLs"),
  HOST: text.default('127.0.0.1').describe('Address to listen on'),
  PORT: port.default(3000).describe('Port to listen on; 0 takes a free one'),
  REQUEST_TIMEOUT_MS: milliseconds.default(5000).describe('Deadline for a whole response'),
  MAX_ACTIVE_REQUESTS: integer(1, 1_000_000)
    .default(256)
    .describe('Requests worked on at the same time, for each worker; excess requests get 503'),
  REFERENCE_PAGE: flag.default(true).describe('Serve the reference page and the contract'),
  SHUTDOWN_DELAY_MS: integer(0, 3_600_000)
    .default(0)
    .describe('How long requests are still served after SIGTERM, while `/readyz` returns 503'),
  SHUTDOWN_TIMEOUT_MS: milliseconds.default(10_000).describe('Deadline for running requests after that'),
  METRICS_PORT: port
    .optional()
    .describe('Serves `/metrics` for Prometheus on this port; 0 takes a free one. Without it, nothing is counted'),
  METRICS_HOST: text.default('127.0.0.1').describe('Address to serve the metrics on'),
  WORKERS: workers.default(1).describe('Processes that serve requests; `auto`: one for each core'),
  LOG_LEVEL: z
    .enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(', ')}`)
    .default('info')
    .describe(LOG_LEVELS.join(', ')),
});

export type Config = ReturnType<typeof readConfig>;

/** Throws an Error with a line for each variable that is wrong. The values are not repeated: they may be secret. */
export function readConfig(environment: NodeJS.ProcessEnv) {
  // Compose files and shells set variables to nothing where they mean not to set them.
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const { data, error } = SETTINGS.safeParse(given);
  const problems = (error?.issues ?? []).map(({ path, message }) => `${path.join()} ${message}`);
  if (given.DATABASE_URL === undefined && given.HOST !== undefined && !isLoopback(given.HOST)) {
    problems.push(
      'HOST must be a loopback address while DATABASE_URL is not set: the tokens of the demo data are well known. Set DATABASE_URL',
    );
  }
  if (!data || problems.length > 0) throw new Error(problems.join('\n'));
  return {
    database: {
      url: data.DATABASE_URL,
      passwordFile: data.DATABASE_PASSWORD_FILE,
      schema: data.DATABASE_SCHEMA,
      poolSize: data.DATABASE_POOL_SIZE,
      connectTimeoutMs: data.DATABASE_CONNECT_TIMEOUT_MS,
      queryTimeoutMs: data.DATABASE_QUERY_TIMEOUT_MS,
    },
    authentik: { webPath: data.AUTHENTIK_WEB_PATH },
    http: {
      host: data.HOST,
      port: data.PORT,
      requestTimeoutMs: data.REQUEST_TIMEOUT_MS,
      maxActiveRequests: data.MAX_ACTIVE_REQUESTS,
      referencePage: data.REFERENCE_PAGE,
      shutdownDelayMs: data.SHUTDOWN_DELAY_MS,
      shutdownTimeoutMs: data.SHUTDOWN_TIMEOUT_MS,
    },
    metrics: { host: data.METRICS_HOST, port: data.METRICS_PORT },
    process: { workers: data.WORKERS, logLevel: data.LOG_LEVEL },
  };
}

// Shorter names resemble too many others.
const MIN_LENGTH = 8;
const MAX_EDITS = 2;

/** What an operator may not have meant: variables that are nearly ours, and an empty address of the database. */
export function findMistakes(environment: NodeJS.ProcessEnv): string[] {
  const known = Object.keys(SETTINGS.shape);
  const others = Object.keys(environment).filter((name) => !known.includes(name) && name.length >= MIN_LENGTH);
  const nearlyOurs = others.flatMap((name) => {
    const meant = known.find((variable) => distance(name, variable) <= MAX_EDITS);
    return meant ? [`${name} is not a setting. Did you mean ${meant}?`] : [];
  });
  const isEmpty = environment.DATABASE_URL === '';
  return [...nearlyOurs, ...(isEmpty ? ['DATABASE_URL is empty, and counts as not set: this serves demo data.'] : [])];
}
