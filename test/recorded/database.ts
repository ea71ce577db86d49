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

const enumOf = (schema: string): readonly string[] => {
  const { components } = loadContract().document as {
    components?: { schemas?: Record<string, { enum?: string[] }> };
  };
  return components?.schemas?.[schema]?.enum ?? [];
};
const BACKENDS = enumOf('BackendsEnum');
const FLOW_ENUMS = {
  designation: enumOf('FlowDesignationEnum'),
  policy_engine_mode: enumOf('PolicyEngineMode'),
  layout: enumOf('FlowLayoutEnum'),
  denied_action: enumOf('DeniedActionEnum'),
};
const INBUILT = 'authentik.core.auth.InbuiltBackend';

/** Replaces what the contract cannot express: an unknown backend by the inbuilt one, other values by the first. */
export async function repairRows(adminUrl: string): Promise<void> {
  await onConnection(adminUrl, async (client) => {
    await client.query(
      `UPDATE public.authentik_stages_password_passwordstage SET backends = ARRAY(
         SELECT CASE WHEN backend = ANY($1) THEN backend ELSE $2 END
         FROM unnest(backends) WITH ORDINALITY AS element (backend, position) ORDER BY position)`,
      [BACKENDS, INBUILT],
    );
    for (const [column, values] of Object.entries(FLOW_ENUMS)) {
      const table =
        column === 'policy_engine_mode'
          ? 'authentik_policies_policybindingmodel'
          : 'authentik_flows_flow';
      await client.query(`UPDATE public.${table} SET ${column} = $2 WHERE ${column} <> ALL($1)`, [
        values,
        values[0],
      ]);
    }
  });
}

type Json = Record<string, unknown>;

/** The same in a stage, or in each stage of a list. */
export function repairBody(body: Json): Json {
  if (Array.isArray(body.results)) return { ...body, results: body.results.map(repairBody) };
  const backends = (body.backends as (string | null)[]).map((backend) =>
    backend !== null && BACKENDS.includes(backend) ? backend : INBUILT,
  );
  const flows = (body.flow_set as Json[]).map((flow) => ({
    ...flow,
    ...Object.fromEntries(
      Object.entries(FLOW_ENUMS).map(([key, values]) => [
        key,
        values.includes(String(flow[key])) ? flow[key] : values[0],
      ]),
    ),
  }));
  return { ...body, flow_set: flows, backends };
}
