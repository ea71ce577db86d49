/** Decides where the embedded database lives and who runs it. */
import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { type Account, canReach, serverAccount } from './account.js';
import { openPrivateFolder } from './private-folder.js';
import { providePrograms } from './programs.js';

export interface Site {
  /** Holds the cluster, its passwords and its log. */
  readonly home: string;
  /** PostgreSQL's own data directory, inside `home`. */
  readonly cluster: string;
  /** The folder of `initdb` and `postgres`. */
  readonly programs: string;
  /** Undefined: the server runs as ourselves. */
  readonly account: Account | undefined;
}

/** `home` is the data directory, unless the server's account cannot get there. */
export async function chooseSite(dataDir: string): Promise<Site> {
  const wanted = resolve(dataDir);
  mkdirSync(dirname(wanted), { recursive: true });
  const account = serverAccount(clusterIn(wanted));
  const home = !account || canReach(wanted, account) ? wanted : substituteFor(wanted);
  const cluster = clusterIn(home);
  return { home, cluster, account, programs: await providePrograms(account) };
}

const clusterIn = (home: string) => join(home, 'cluster');

function substituteFor(dataDir: string): string {
  const hash = createHash('sha256').update(dataDir).digest('hex').slice(0, 16);
  return join(openPrivateFolder(), `data-${hash}`);
}
