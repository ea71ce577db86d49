/** The part of the configuration that concerns the store. */
import type { Config } from './config.js';
import type { StoreOptions } from './data/store.js';

/** `databaseUrl` is a parameter because the embedded database's is not in the configuration. */
export function storeSettings(config: Config, databaseUrl: string) {
  return {
    url: databaseUrl,
    // The embedded database has its own password, in its own URL.
    passwordFile: config.databaseUrl && config.databasePasswordFile,
    poolSize: config.databasePoolSize,
    connectTimeoutMs: config.databaseConnectTimeoutMs,
    queryTimeoutMs: config.databaseQueryTimeoutMs,
    usesPreparedStatements: config.usesPreparedStatements,
    usesStartupParameters: config.usesStartupParameters,
    schema: config.databaseSchema,
    webPath: config.webPath,
    maxQueue: config.maxActiveRequests,
    maxWaitMs: config.requestTimeoutMs,
  } satisfies Partial<StoreOptions>;
}
