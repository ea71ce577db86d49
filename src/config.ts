/** Every setting once: its variable, check, default and meaning; read into one Config, with all faults reported at once. */
import { accessSync, constants } from 'node:fs';
import { availableParallelism } from 'node:os';
import { distance } from 'fastest-levenshtein';
import { z } from 'zod';
import { addressesOf, isLoopback } from './data/connection-url.js';

// Each message completes the sentence that begins with the variable's name.
const text = z.string();

const integer = (minimum: number, maximum: number, alternative = '') => {
  const fits = (given: string) => /^\d+$/.test(given) && Number(given) >= minimum && Number(given) <= maximum;
  return text.refine(fits, `must be a whole number from ${minimum} to ${maximum}${alternative}`).transform(Number);
};
const milliseconds = integer(1, 3_600_000);
const port = integer(0, 65_535);
const workerCount = z.preprocess(
  (given) => (given === 'auto' ? String(Math.min(availableParallelism(), 256)) : given),
  integer(1, 256, ', or auto').default(1),
);

const matching = (pattern: RegExp, problem: string) => text.regex(pattern, problem);
const flag = matching(/^(true|1|yes|on|false|0|no|off)$/i, 'must be true or false').transform((value) =>
  /^(true|1|yes|on)$/i.test(value),
);
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
const postgresUrl = checked(addressesOf);
const readableFile = checked((file) => accessSync(file, constants.R_OK), 'must be a file that can be read');

function setting<Schema extends z.ZodType>(variable: string, schema: Schema, meaning: string) {
  return { variable, schema, meaning };
}

/** In the order of docs/settings.md, which is written from this. */
export const SETTINGS = {
  database: {
    url: setting(
      'DATABASE_URL',
      postgresUrl.optional(),
      "authentik's PostgreSQL, or several hosts of it (`host1:5432,host2:5432`). Without it, an embedded PostgreSQL with demo data",
    ),
    passwordFile: setting(
      'DATABASE_PASSWORD_FILE',
      readableFile.optional(),
      'Holds the password instead of DATABASE_URL; read for each new connection, so that it may change',
    ),
    schema: setting(
      'DATABASE_SCHEMA',
      matching(/^.{1,63}$/s, 'must be the name of a PostgreSQL schema, at most 63 bytes').default('public'),
      "The schema of authentik's tables; a tenant's is `t_…`",
    ),
    poolSize: setting(
      'DATABASE_POOL_SIZE',
      integer(1, 1000).default(4),
      'Most connections to PostgreSQL, for each worker',
    ),
    connectTimeoutMs: setting('DATABASE_CONNECT_TIMEOUT_MS', milliseconds.default(2000), 'Deadline for connecting'),
    queryTimeoutMs: setting('DATABASE_QUERY_TIMEOUT_MS', milliseconds.default(2000), 'Deadline for a query'),
  },
  authentik: {
    webPath: setting(
      'AUTHENTIK_WEB_PATH',
      matching(/^\/(?:[\w.~-]+\/?)*$/, 'must be a path such as /authentik/')
        .transform((path) => path.replace(/\/$/, ''))
        .default(''),
      "authentik's own setting `web.path` (since 2024.12), put before its URLs",
    ),
  },
  http: {
    host: setting('HOST', text.default('127.0.0.1'), 'Address to listen on'),
    port: setting('PORT', port.default(3000), 'Port to listen on; 0 takes a free one'),
    requestTimeoutMs: setting('REQUEST_TIMEOUT_MS', milliseconds.default(5000), 'Deadline for a whole response'),
    maxActiveRequests: setting(
      'MAX_ACTIVE_REQUESTS',
      integer(1, 1_000_000).default(256),
      'Requests worked on at the same time, for each worker; excess requests get 503',
    ),
    referencePage: setting('REFERENCE_PAGE', flag.default(true), 'Serve the reference page and the contract'),
    shutdownDelayMs: setting(
      'SHUTDOWN_DELAY_MS',
      integer(0, 3_600_000).default(0),
      'How long requests are still served after SIGTERM, while `/readyz` returns 503',
    ),
    shutdownTimeoutMs: setting(
      'SHUTDOWN_TIMEOUT_MS',
      milliseconds.default(10_000),
      'Deadline for running requests after that',
    ),
  },
  metrics: {
    port: setting(
      'METRICS_PORT',
      port.optional(),
      'Serves `/metrics` for Prometheus on this port; 0 takes a free one. Without it, nothing is counted',
    ),
    host: setting('METRICS_HOST', text.default('127.0.0.1'), 'Address to serve the metrics on'),
  },
  process: {
    workers: setting('WORKERS', workerCount, 'Processes that serve requests; `auto`: one for each core'),
    logLevel: setting(
      'LOG_LEVEL',
      z.enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(', ')}`).default('info'),
      LOG_LEVELS.join(', '),
    ),
  },
} as const;

type Settings = typeof SETTINGS;
type Value<Setting> = Setting extends { readonly schema: infer Schema extends z.ZodType } ? z.output<Schema> : never;
export type Config = {
  readonly [Group in keyof Settings]: { readonly [Key in keyof Settings[Group]]: Value<Settings[Group][Key]> };
};

type Environment = Readonly<Record<string, string | undefined>>;

/** All settings are wrong at once, one line each; the values are not repeated, since they may be secret. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** Throws a ConfigError that names every variable that is wrong. */
export function readConfig(environment: Environment): Config {
  const problems: string[] = [];
  const groups = Object.entries(SETTINGS).map(([group, settings]) => {
    const values = Object.entries(settings).map(([key, { variable, schema }]) => {
      // Compose files and shells set variables to nothing where they mean not to set them.
      const result = schema.safeParse(environment[variable] || undefined);
      if (!result.success) problems.push(`${variable} ${result.error.issues[0]?.message}`);
      return [key, result.data];
    });
    return [group, Object.fromEntries(values)];
  });
  // The type is made from the same table.
  const config = Object.fromEntries(groups) as Config;
  if (!environment.DATABASE_URL && !isLoopback(config.http.host)) {
    problems.push(
      'HOST must be a loopback address while DATABASE_URL is not set: the tokens of the demo data are well known. Set DATABASE_URL',
    );
  }
  if (problems.length > 0) throw new ConfigError(problems.join('\n'));
  return config;
}

// Short names resemble too many others.
const MIN_LENGTH = 8;
const MAX_EDITS = 2;

/** What an operator may not have meant: variables that are nearly ours, and an empty address of the database. */
export function findMistakes(environment: Environment): string[] {
  const known = Object.values(SETTINGS).flatMap((group) => Object.values(group).map(({ variable }) => variable));
  const nearlyOurs = Object.keys(environment).flatMap((name) => {
    if (known.includes(name) || name.length < MIN_LENGTH) return [];
    const meant = known.find((variable) => variable.length >= MIN_LENGTH && distance(name, variable) <= MAX_EDITS);
    return meant ? [`${name} is not a setting. Did you mean ${meant}?`] : [];
  });
  const isEmpty = environment.DATABASE_URL === '';
  return [...nearlyOurs, ...(isEmpty ? ['DATABASE_URL is empty, and counts as not set: this serves demo data.'] : [])];
}
