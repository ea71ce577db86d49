/** What an operator reads when the server has started. */
import { loadContract } from './contract/contract.js';
import { DEMO } from './demo.js';

/** `isDemo`: the server runs on the embedded database, whose tokens anyone may know. */
export function describeStart(url: string, isDemo: boolean): string {
  const contract = loadContract();
  const { title, version } = contract.document.info;
  const lines = [`${title} ${version} listens on ${url}${contract.basePath}/`];
  if (isDemo) {
    const path = contract
      .pathOf('stages_password_retrieve')
      .replace('{stage_uuid}', DEMO.stageUuid);
    lines.push(
      'It serves demo data from an embedded PostgreSQL. Set DATABASE_URL to serve your authentik.',
      'The contract is openapi.yaml. Try:',
      '',
      `  curl -H 'Authorization: Bearer ${DEMO.administratorToken}' ${url}${contract.basePath}${path}`,
    );
  }
  return `${lines.join('\n')}\n\n`;
}
