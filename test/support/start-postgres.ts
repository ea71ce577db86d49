// Jest loads this file outside its module system, where sources in TypeScript cannot be imported.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

declare global {
  var testPostgres: ChildProcess;
}

/** Starts one server for all test files; see postgres.ts for databases in it. */
export default async function startPostgres({ rootDir }: { rootDir: string }): Promise<void> {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', join(rootDir, 'test/support/demo-process.ts')],
    // Out of reach of Ctrl-C, so that it sees the end of its input and stops the server.
    { cwd: rootDir, detached: true, stdio: ['pipe', 'pipe', 'inherit'] },
  );
  globalThis.testPostgres = child;
  const [line] = await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
  if (child.exitCode !== null) throw new Error('The server of the tests did not start.');
  const { url, adminUrl } = JSON.parse(String(line));
  process.env.TEST_POSTGRES_URL = adminUrl;
  process.env.TEST_POSTGRES_READER_URL = url;
}
