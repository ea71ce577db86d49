/** The facts of the demo data that a first try needs, and what the service prints when it has started. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadContract } from '../contract/contract.js';
import { packageRoot } from '../package-root.js';

/** Read from seed.sql on first use: an image that serves no demo has no such file. */
export const DEMO = {
  /** The password stage of a fresh installation. */
  get stageUuid(): string {
    return /'([\w-]{36})', 'default-authentication-password'/.exec(seedSql())?.[1] ?? '';
  },
  /** Well known, and therefore served on loopback only. `description` is a phrase such as "may view no stage". */
  get tokens(): { token: string; label: string; description: string }[] {
    const rows = seedSql().matchAll(/'(demo-([\w-]+)-token)', '[\w-]+', '([^']+)'/g);
    return Array.from(rows, ([, token = '', label = '', description = '']) => ({ token, label, description }));
  },
  get administratorToken(): string {
    return DEMO.tokens[0]?.token ?? '';
  },
};

const seedSql = () => readFileSync(join(packageRoot, 'prisma/demo/seed.sql'), 'utf8');

/** `url` is the address that the service listens on. */
export function describeStart(url: string, isDemo: boolean, hasReferencePage: boolean): string {
  const { document, basePath, pathOf } = loadContract();
  const address = url + basePath;
  const page = hasReferencePage ? `\nThe reference page is ${address}/` : '';
  const hint = isDemo
    ? `It serves demo data from an embedded PostgreSQL. Set DATABASE_URL to serve your authentik. Try:

  curl -H 'Authorization: Bearer ${DEMO.administratorToken}' ${address}${pathOf('stages_password_retrieve').replace('{stage_uuid}', DEMO.stageUuid)}`
    : `Try it, and check it against the contract, with an API token of your authentik:

  curl -H "Authorization: Bearer $TOKEN" ${address}${pathOf('stages_password_list')}
  VERIFY_TOKEN="$TOKEN" node dist/src/main.js verify --url ${url}`;
  return `${document.info.title} ${document.info.version} listens on ${address}/${page}\n${hint}\n\n`;
}
