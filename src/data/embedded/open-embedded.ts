/** Opens the embedded database, which serves whoever sets no DATABASE_URL. */
import { ensureCluster } from './cluster.js';
import { urlOf } from './connection.js';
import { join } from './membership.js';
import { READER, SUPERUSER } from './passwords.js';
import { DATABASE, seed } from './seed.js';
import { chooseSite } from './site.js';

export interface EmbeddedOptions {
  /** Created on first use. Processes that name the same folder share one server. */
  readonly dataDir: string;
  readonly log?: (line: string) => void;
}

export interface Embedded {
  /** Connects as the role that may only read what the service reads. */
  readonly url: string;
  /** Connects as superuser. */
  readonly adminUrl: string;
  /** Stops the server if no other process uses it. */
  close(): Promise<void>;
}

export async function openEmbedded({ dataDir, log }: EmbeddedOptions): Promise<Embedded> {
  const site = await chooseSite(dataDir);
  const isNew = await ensureCluster(site);
  log?.(`Embedded PostgreSQL with ${isNew ? 'new demo data' : 'the data'} in ${site.home}`);
  const membership = await join(site);
  try {
    await seed(membership);
  } catch (error) {
    await membership.leave();
    throw error;
  }
  return {
    url: urlOf(membership, READER, DATABASE),
    adminUrl: urlOf(membership, SUPERUSER, DATABASE),
    close: () => membership.leave(),
  };
}
