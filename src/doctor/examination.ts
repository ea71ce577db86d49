/** The order of the examination, one section after the other, until one shows that the rest cannot be asked. */
import type { Config } from '../config.js';
import { inspectDatabase } from '../data/catalog.js';
import { adviseOnConnection } from '../data/connection-advice.js';
import type { DatabaseOptions } from '../data/database.js';
import { DatabaseError } from '../data/errors.js';
import { probePreparedStatements } from '../data/prepared-statements.js';
import { openStore, type Store } from '../data/store.js';
import { targetOf } from '../data/target.js';
import { storeSettings } from '../store-settings.js';
import { examineConnection } from './connection.js';
import { type Finding, ok, problem, type Section } from './finding.js';
import { examineRole } from './role.js';
import { examineStages } from './stages.js';
import { describeTables } from './tables.js';

export async function* examine(config: Config, databaseUrl: string): AsyncGenerator<Section> {
  const settings = storeSettings(config, databaseUrl);
  const store = openStore({ ...settings, clock: () => new Date() });
  let title = 'Connection';
  try {
    yield section(title, [
      ...(await examineConnection(store.database, targetOf(databaseUrl))),
      await examinePreparedStatements(settings),
    ]);
    title = 'Tables';
    const inspection = await inspectDatabase(store.database, settings.schema);
    yield section(title, describeTables(inspection, settings.schema));
    title = 'Role';
    yield section(title, await examineRole(store.database, settings.schema, inspection.needs));
    title = 'Password stages';
    if (inspection.problems.length > 0) return;
    yield section(title, await examineStages(store, settings.schema));
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    const { text } = await adviseOnConnection(error, databaseUrl);
    yield section(title, [problem(text)]);
  } finally {
    closeQuietly(store);
  }
}

async function examinePreparedStatements(settings: DatabaseOptions): Promise<Finding> {
  if (!settings.usesPreparedStatements) return ok('Prepared statements are switched off');
  await probePreparedStatements(settings);
  return ok('Prepared statements stay with their connections');
}

function section(title: string, findings: readonly Finding[]): Section {
  return { title, findings };
}

/** A server that does not answer must not keep the report waiting. */
function closeQuietly(store: Store): void {
  store.close().catch(() => {});
}
