import { once } from 'node:events';

/** Undoes what start-postgres.ts did. */
export default async function stopPostgres(): Promise<void> {
  const child = globalThis.testPostgres;
  child.stdin?.end();
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}
