import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { dirname } from 'node:path';

/** Undoes what start-postgres.ts did. */
export default async function stopPostgres(): Promise<void> {
  const { process: child, dataDir } = globalThis.testPostgres;
  child.stdin?.end();
  if (child.exitCode === null) await once(child, 'exit');
  rmSync(dirname(dataDir), { recursive: true, force: true });
}
