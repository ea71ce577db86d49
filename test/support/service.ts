import { createClient, type StagesClient } from '../../src/client.js';
import { readConfig } from '../../src/config.js';
import { createLogger } from '../../src/log.js';
import { startService } from '../../src/service.js';
import { createDatabase } from './postgres.js';

/** One token for each of the demo data's users, as prisma/demo/seed.sql creates them. */
export const DEMO_TOKENS = {
  administrator: 'demo-administrator-token',
  auditor: 'demo-auditor-token',
  singleStage: 'demo-single-stage-token',
  noPermission: 'demo-no-permission-token',
} as const;

export interface RunningService {
  readonly url: string;
  close(): Promise<void>;
}

export interface TestService extends RunningService {
  /** The log so far. */
  readonly log: readonly LogLine[];
  /** What the operator was told because the database was away. */
  readonly advice: readonly string[];
  client(token?: string): StagesClient;
}
export type LogLine = Readonly<Record<string, unknown>> & { readonly msg?: string };

export interface TestServiceOptions {
  /** Settings as the environment would give them. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly clock?: () => Date;
}

/** The real service on a free port over the given database. */
export async function startTestService(
  databaseUrl: string,
  { environment, clock }: TestServiceOptions = {},
): Promise<TestService> {
  const log: LogLine[] = [];
  const advice: string[] = [];
  const logger = await createLogger('info', { write: (line) => void log.push(JSON.parse(line)) });
  const config = readConfig({ PORT: '0', DATABASE_URL: databaseUrl, ...environment });
  const { url, close } = await startService(config, {
    databaseUrl,
    logger,
    onAway: (text) => void advice.push(text),
    ...(clock && { clock }),
  });
  return {
    url,
    close,
    log,
    advice,
    // A test wants the response itself, a 503 too.
    client: (token) => createClient({ baseUrl: url, retries: 0, ...(token && { token }) }),
  };
}

/** A service on a free port over a database of its own that holds the demo data. */
export async function startDemoService(options?: TestServiceOptions): Promise<TestService> {
  const database = await createDatabase('2024.6', { seed: true });
  const service = await startTestService(database.url, options);
  return {
    ...service,
    async close() {
      await service.close();
      await database.drop();
    },
  };
}
