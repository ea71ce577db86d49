/** Finds out who is behind a token and what they may see. */
import type { AccessFacts } from '../domain/access.js';
import { type Batcher, createBatcher } from './batcher.js';
import type { Database } from './database.js';
import { DatabaseError } from './errors.js';
import { SchemaChangedError, type SchemaMonitor } from './schema-monitor.js';

export interface AccessRepository {
  /** The facts about a token's user; undefined for a token that is unknown, expired or not for the API. */
  find(token: string): Promise<AccessFacts | undefined>;
}

/** Limits that tokens and stages share. */
export interface BatchLimits {
  readonly maxBatch: number;
  readonly maxQueue: number;
  readonly maxInFlight: number;
  readonly maxWaitMs: number;
  onBatch?(name: 'access' | 'stages', size: number): void;
}

/** Tells the time against which tokens expire; authentik uses its own server's clock, not the database's. */
export type Clock = () => Date;

interface AccessRow extends AccessFacts {
  readonly token: string;
  readonly generationHolds: boolean;
}

export function createAccessRepository(
  database: Database,
  monitor: SchemaMonitor,
  limits: BatchLimits,
  clock: Clock,
): AccessRepository & { readonly batcher: Batcher<string, AccessFacts | undefined> } {
  const batcher = createBatcher<string, AccessFacts | undefined>({
    ...limits,
    identify: (token) => token,
    isKeyFault,
    onBatch: (size) => limits.onBatch?.('access', size),
    load: (tokens) =>
      monitor.use(async ({ queries }) => {
        const now = clock().toISOString();
        const rows = await database.query<AccessRow>(queries.access, tokens, now);
        if (rows.some((row) => !row.generationHolds)) throw new SchemaChangedError();
        const byToken = new Map(rows.map((row) => [row.token, row]));
        return tokens.map((token) => byToken.get(token));
      }),
  });
  return { find: (token) => batcher.load(token), batcher };
}

export function isKeyFault(error: unknown): boolean {
  return error instanceof DatabaseError && error.isInputFault;
}
