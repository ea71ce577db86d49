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
    return Array.from(rows, ([, token = '', label = '', description = '']) => {
      return { token, label, description };
    });
  },
  get administratorToken(): string {
    return DEMO.tokens[0]?.token ?? '';
  },
};

const seedSql = () => readFileSync(join(packageRoot, 'prisma/demo/seed.sql'), 'utf8');

/** `url` is the address that the service listens on. */
export function describeStart(url: string, isDemo: boolean, hasReferencePage: boolean): string {
  const contract = loadContract();
  const { title, version } = contract.document.info;
  const address = url + contract.basePath;
  const lines = [`${title} ${version} listens on ${address}/`];
  if (hasReferencePage) lines.push(`The reference page is ${address}/`);
  if (isDemo) {
    const path = contract
      .pathOf('stages_password_retrieve')
      .replace('{stage_uuid}', DEMO.stageUuid);
    lines.push(
      'It serves demo data from an embedded PostgreSQL. Set DATABASE_URL to serve your authentik. Try:',
      '',
      `  curl -H 'Authorization: Bearer ${DEMO.administratorToken}' ${address}${path}`,
    );
  } else {
    lines.push(
      'Try it, and check it against the contract, with an API token of your authentik:',
      '',
      `  curl -H "Authorization: Bearer $TOKEN" ${address}${contract.pathOf('stages_password_list')}`,
      `  VERIFY_TOKEN="$TOKEN" node dist/src/main.js verify --url ${url}`,
    );
  }
  return `${lines.join('\n')}\n\n`;
}
