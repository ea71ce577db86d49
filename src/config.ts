/** Every setting once: its variable, check, default and meaning; read into one Config, with all faults reported at once. */
import { accessSync, constants } from 'node:fs';
// As a whole: a name that is missing on an older Node would end the process before node-version.ts can.
import os from 'node:os';
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
  [z.literal('auto').transform(() => Math.min(os.availableParallelism(), 256)), integer(1, 256)],
  'must be a whole number from 1 to 256, or auto',
);
const flag = z.stringbool('must be true or false');
const schemaName = text.regex(/^.{1,63}$/s, 'must be the name of a PostgreSQL schema, at most 63 bytes');
const webPath = text
  .regex(/^\/(?:[\w.~-]+\/?)*$/, 'must be a path such as /authentik/')
  .transform((path) => path.replace(/\/$/, ''));
const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
const logLevel = z.enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(', ')}`);

/** The message is what `check` throws, unless there is one. */
const checked = (check: (given: string) => unknown, problem?: string) =>
  text.superRefine((given, context) => {
    try {
      check(given);
    } catch (error) {
      context.addIssue({ code: 'custom', message: problem ?? (error as Error).message });
    }
  });

const setting = <Schema extends z.ZodType>(variable: string, schema: Schema, description: string) =>
  schema.meta({ variable, description });

/** In the order of docs/settings.md, which is written from this. */
const GROUPS = z.object({
  database: z.object({
    url: setting(
      'DATABASE_URL',
      checked(addressesOf).optional(),
      "authentik's PostgreSQL, or several hosts of it (`host1:5432,host2:5432`). Without it, an embedded PostgreSQL with demo data",
    ),
    passwordFile: setting(
      'DATABASE_PASSWORD_FILE',
      checked((file) => accessSync(file, constants.R_OK), 'must be a file that can be read').optional(),
      'Holds the password instead of DATABASE_URL; read for each new connection, so that it may change',
    ),
    schema: setting('DATABASE_SCHEMA', schemaName.default('public'), "authentik's schema; a tenant's is `t_…`"),
    poolSize: setting('DATABASE_POOL_SIZE', integer(1, 1000).default(4), 'Most connections, for each worker'),
    connectTimeoutMs: setting('DATABASE_CONNECT_TIMEOUT_MS', milliseconds.default(2000), 'Deadline for connecting'),
    queryTimeoutMs: setting('DATABASE_QUERY_TIMEOUT_MS', milliseconds.default(2000), 'Deadline for a query'),
  }),
  authentik: z.object({
    webPath: setting('AUTHENTIK_WEB_PATH', webPath.default(''), "authentik's own `web.path`, put before its URLs"),
  }),
  http: z.object({
    host: setting('HOST', text.default('127.0.0.1'), 'Address to listen on'),
    port: setting('PORT', port.default(3000), 'Port to listen on; 0 takes a free one'),
    requestTimeoutMs: setting('REQUEST_TIMEOUT_MS', milliseconds.default(5000), 'Deadline for a whole response'),
    maxActiveRequests: setting(
      'MAX_ACTIVE_REQUESTS',
      integer(1, 1_000_000).default(256),
      'Requests worked on at once, for each worker; excess ones get 503',
    ),
    referencePage: setting('REFERENCE_PAGE', flag.default(true), 'Serve the reference page and the contract'),
    shutdownDelayMs: setting(
      'SHUTDOWN_DELAY_MS',
      integer(0, 3_600_000).default(0),
      'How long requests are still served after SIGTERM, while `/readyz` returns 503',
    ),
    shutdownTimeoutMs: setting('SHUTDOWN_TIMEOUT_MS', milliseconds.default(10_000), 'Deadline for requests after that'),
  }),
  metrics: z.object({
    port: setting(
      'METRICS_PORT',
      port.optional(),
      'Serves `/metrics` for Prometheus on this port; 0 takes a free one. Without it, nothing is counted',
    ),
    host: setting('METRICS_HOST', text.default('127.0.0.1'), 'Address to serve the metrics on'),
  }),
  process: z.object({
    workers: setting('WORKERS', workers.default(1), 'Processes that serve requests; `auto`: one for each core'),
    logLevel: setting('LOG_LEVEL', logLevel.default('info'), LOG_LEVELS.join(', ')),
  }),
});

export type Config = z.output<typeof GROUPS>;

/** Each setting with its place in Config. */
export const SETTINGS = Object.entries(GROUPS.shape).flatMap(([group, { shape }]) =>
  Object.entries<z.ZodType>(shape).map(([key, schema]) => {
    return { variable: String(schema.meta()?.variable), schema, group, key };
  }),
);

/** Throws an Error with a line for each variable that is wrong. The values are not repeated: they may be secret. */
export function readConfig(environment: NodeJS.ProcessEnv): Config {
  const given: Record<string, Record<string, string | undefined>> = {};
  for (const { variable, group, key } of SETTINGS) {
    // Compose files and shells set variables to nothing where they mean not to set them.
    given[group] = { ...given[group], [key]: environment[variable] || undefined };
  }
  const { data, error } = GROUPS.safeParse(given);
  const problems = (error?.issues ?? []).map(({ path: [group, key], message }) => {
    return `${SETTINGS.find((each) => each.group === group && each.key === key)?.variable} ${message}`;
  });
  if (!environment.DATABASE_URL && environment.HOST && !isLoopback(environment.HOST)) {
    problems.push(
      'HOST must be a loopback address while DATABASE_URL is not set: the tokens of the demo data are well known. Set DATABASE_URL',
    );
  }
  if (!data || problems.length > 0) throw new Error(problems.join('\n'));
  return data;
}

// Shorter names resemble too many others.
const MIN_LENGTH = 8;
const MAX_EDITS = 2;

/** What an operator may not have meant: variables that are nearly ours, and an empty address of the database. */
export function findMistakes(environment: NodeJS.ProcessEnv): string[] {
  const known = SETTINGS.map(({ variable }) => variable);
  const others = Object.keys(environment).filter((name) => !known.includes(name) && name.length >= MIN_LENGTH);
  const nearlyOurs = others.flatMap((name) => {
    const meant = known.find((variable) => distance(name.toUpperCase(), variable) <= MAX_EDITS);
    return meant ? [`${name} is not a setting. Did you mean ${meant}?`] : [];
  });
  const isEmpty = environment.DATABASE_URL === '';
  return [...nearlyOurs, ...(isEmpty ? ['DATABASE_URL is empty, and counts as not set: this serves demo data.'] : [])];
}
