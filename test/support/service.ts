import { readConfig } from '../../src/config.js';
import { createLogger } from '../../src/logger.js';
import { startService } from '../../src/service.js';
import { createDatabase } from './postgres.js';

/** One token for each of the demo data's users, as prisma/embedded/seed.sql creates them. */
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

/** A service on a free port over a database of its own that holds the demo data. */
export async function startDemoService(): Promise<RunningService> {
  const database = await createDatabase('2024.6', { seed: true });
  const config = readConfig({ PORT: '0', DATABASE_URL: database.url });
  const service = await startService(config, database.url, createLogger('silent'));
  return {
    url: service.url,
    async close() {
      await service.close();
      await database.drop();
    },
  };
}
