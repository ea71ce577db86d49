/** Finds out who is behind a token and what they may see. */
import type { AccessFacts } from '../domain/access.js';
import { type BatchLimits, type BatchName, createLimitedBatcher } from './batch-limits.js';
import type { Database } from './database.js';
import type { Queries } from './queries.js';
import { SchemaChangedError, type SchemaMonitor } from './schema-monitor.js';

export interface AccessRepository {
  /** The facts about a token's user; undefined for a token that is unknown, expired or not for the API. */
  find(token: string): Promise<AccessFacts | undefined>;
}

/** Tells the time against which tokens expire; authentik uses its own server's clock, not the database's. */
export type Clock = () => Date;

interface AccessRow extends AccessFacts {
  readonly token: string;
  readonly generationHolds: boolean;
}

/**
 * A core token hides an OAuth token with the same text, so that the second is looked for only when there is no first.
 * authentik has no index on OAuth tokens: asking for both at once would let callers with good API tokens wait for the
 * table scans that bad ones cause.
 */
export function createAccessRepository(
  database: Database,
  monitor: SchemaMonitor,
  limits: BatchLimits,
  clock: Clock,
) {
  const batcherOf = (name: BatchName, textOf: (queries: Queries) => string) =>
    createLimitedBatcher<string, AccessFacts | undefined>(
      name,
      limits,
      (token) => token,
      (tokens) =>
        monitor.use(async ({ queries }) => {
          const now = clock().toISOString();
          const rows = await database.query<AccessRow>(textOf(queries), tokens, now);
          if (rows.some((row) => !row.generationHolds)) throw new SchemaChangedError();
          const byToken = new Map(rows.map((row) => [row.token, row]));
          return tokens.map((token) => byToken.get(token));
        }),
    );
  const apiTokens = batcherOf('api_tokens', (queries) => queries.apiTokens);
  const accessTokens = batcherOf('access_tokens', (queries) => queries.accessTokens);
  return {
    async find(token: string) {
      return (await apiTokens.load(token)) ?? accessTokens.load(token);
    },
    batchers: { api_tokens: apiTokens, access_tokens: accessTokens },
  };
}
