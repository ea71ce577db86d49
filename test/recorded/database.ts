/** Databases of authentik, restored from recordings. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadContract } from '../../src/contract/contract.js';
import { packageRoot } from '../../src/package-root.js';
import { onConnection } from '../support/postgres.js';
import { compareReleases, type Recording } from './vectors.js';

const ROLE_FILES = join(packageRoot, 'prisma', 'reader-role');

export interface RestoredDatabase {
  /** Connects as superuser. */
  readonly adminUrl: string;
  /** Connects as the role that the service is meant to have. */
  readonly url: string;
}

/** Restores the dump into a database of its own and opens it to the least-privilege role. */
export async function restore({ name, release, readDump }: Recording): Promise<RestoredDatabase> {
  const database = name.replaceAll(/\W/g, '_');
  const { TEST_POSTGRES_URL: admin = '', TEST_POSTGRES_READER_URL: reader = '' } = process.env;
  // The recordings were made under C.UTF-8, whose upper and lower case are those of Unicode.
  await onConnection(admin, (client) =>
    client.query(
      `CREATE DATABASE ${database} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'
       LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'`,
    ),
  );
  const adminUrl = urlTo(database, admin);
  await onConnection(adminUrl, (client) => client.query(readDump()));
  // The dump leaves its connection without a search path.
  await onConnection(adminUrl, async (client) => {
    await client.query('SET search_path TO public');
    await client.query(readRoleFile(release));
  });
  return { adminUrl, url: urlTo(database, reader) };
}

function urlTo(database: string, server: string): string {
  const url = new URL(server);
  url.pathname = database;
  return url.href;
}

/** The newest file that is not newer than the release. */
function readRoleFile(release: string): string {
  const file = readdirSync(ROLE_FILES)
    .map((name) => name.replace(/\.sql$/, ''))
    .filter((since) => compareReleases(since, release) <= 0)
    .sort(compareReleases)
    .at(-1);
  return readFileSync(join(ROLE_FILES, `${file}.sql`), 'utf8');
}

const { components } = loadContract().document as unknown as {
  // Not all of the document is typed.
  components: { schemas: Record<string, { enum: readonly string[] }> };
};
const ENUMS: Readonly<Record<string, readonly string[] | undefined>> = {
  backends: components.schemas.BackendsEnum?.enum,
  designation: components.schemas.FlowDesignationEnum?.enum,
  policy_engine_mode: components.schemas.PolicyEngineMode?.enum,
  layout: components.schemas.FlowLayoutEnum?.enum,
  denied_action: components.schemas.DeniedActionEnum?.enum,
};

/** Replaces what the contract cannot express by the first value that it can. */
export async function repairRows(adminUrl: string): Promise<void> {
  const { backends, policy_engine_mode: modes, ...flow } = ENUMS;
  const repair = (table: string, column: string) =>
    `UPDATE public.${table} SET ${column} = ($1::text[])[1] WHERE ${column} <> ALL($1)`;
  await onConnection(adminUrl, async (client) => {
    await client.query(
      `UPDATE public.authentik_stages_password_passwordstage SET backends = ARRAY(
         SELECT CASE WHEN backend = ANY($1) THEN backend ELSE ($1::text[])[1] END
         FROM unnest(backends) WITH ORDINALITY AS element (backend, position) ORDER BY position)`,
      [backends],
    );
    const mode = repair('authentik_policies_policybindingmodel', 'policy_engine_mode');
    await client.query(mode, [modes]);
    for (const [column, values] of Object.entries(flow)) {
      await client.query(repair('authentik_flows_flow', column), [values]);
    }
  });
}

/** The same in a body. */
export function repairBody(body: unknown): unknown {
  return JSON.parse(JSON.stringify(body), (key, value) => {
    const known = ENUMS[key];
    const repair = (inner: string) => (known?.includes(inner) ? inner : known?.[0]);
    if (!known) return value;
    return Array.isArray(value) ? value.map(repair) : repair(value);
  });
}
