/** Reads the environment into one readonly Config, and reports every bad variable at once. */
import { cleanEnv } from 'envalid';
import { SETTINGS } from './settings.js';

/** All settings are wrong at once, one line each; the values are not repeated, since they may be secret. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

export interface Config {
  readonly databaseUrl: string | undefined;
  readonly databasePasswordFile: string | undefined;
  readonly databaseSchema: string;
  readonly databasePoolSize: number;
  readonly databaseConnectTimeoutMs: number;
  readonly databaseQueryTimeoutMs: number;
  readonly usesPreparedStatements: boolean;
  readonly usesStartupParameters: boolean;
  readonly webPath: string;
  readonly host: string;
  readonly port: number;
  readonly workers: number;
  readonly metricsPort: number | undefined;
  readonly metricsHost: string;
  readonly logLevel: string;
  readonly requestTimeoutMs: number;
  readonly headersTimeoutMs: number;
  readonly keepAliveTimeoutMs: number;
  readonly shutdownDelayMs: number;
  readonly shutdownTimeoutMs: number;
  readonly maxActiveRequests: number;
  readonly maxConnections: number;
  readonly servesReference: boolean;
}

/** Throws a ConfigError that names every variable that is wrong. */
export function readConfig(environment: NodeJS.ProcessEnv): Config {
  const problems: string[] = [];
  // Compose files and shells set variables to nothing where they mean not to set them.
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value));
  const env = cleanEnv(given, SETTINGS, {
    reporter: ({ errors }) => {
      for (const [name, error] of Object.entries(errors)) {
        problems.push(`${name} ${(error as Error).message}`);
      }
    },
  });
  // To read a variable whose value was refused would throw.
  const allowsRemoteDemo = 'ALLOW_REMOTE_DEMO' in env && env.ALLOW_REMOTE_DEMO;
  if (!given.DATABASE_URL && !isLoopback(env.HOST) && !allowsRemoteDemo) {
    problems.push(
      'HOST must be a loopback address while DATABASE_URL is not set: the demo data has well-known tokens. Set DATABASE_URL, or ALLOW_REMOTE_DEMO=true',
    );
  }
  if (problems.length > 0) throw new ConfigError(problems.join('\n'));
  return {
    databaseUrl: env.DATABASE_URL,
    databasePasswordFile: env.DATABASE_PASSWORD_FILE,
    databaseSchema: env.DATABASE_SCHEMA,
    databasePoolSize: env.DATABASE_POOL_SIZE,
    databaseConnectTimeoutMs: env.DATABASE_CONNECT_TIMEOUT_MS,
    databaseQueryTimeoutMs: env.DATABASE_QUERY_TIMEOUT_MS,
    usesPreparedStatements: env.DATABASE_PREPARED_STATEMENTS,
    usesStartupParameters: env.DATABASE_STARTUP_PARAMETERS,
    webPath: env.AUTHENTIK_WEB_PATH,
    host: env.HOST,
    port: env.PORT,
    workers: env.WORKERS,
    metricsPort: env.METRICS_PORT,
    metricsHost: env.METRICS_HOST,
    logLevel: env.LOG_LEVEL,
    requestTimeoutMs: env.REQUEST_TIMEOUT_MS,
    headersTimeoutMs: env.HEADERS_TIMEOUT_MS,
    keepAliveTimeoutMs: env.KEEP_ALIVE_TIMEOUT_MS,
    shutdownDelayMs: env.SHUTDOWN_DELAY_MS,
    shutdownTimeoutMs: env.SHUTDOWN_TIMEOUT_MS,
    maxActiveRequests: env.MAX_ACTIVE_REQUESTS,
    maxConnections: env.MAX_CONNECTIONS,
    servesReference: env.REFERENCE_PAGE,
  };
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host);
}
