/** Examines whether the contract can express every password stage. */

import { loadContract } from '../contract/contract.js';
import { createResponseChecker } from '../contract/response-checker.js';
import { qualifyWith } from '../data/access-sql.js';
import type { FoundStage } from '../data/stage-repository.js';
import type { Store } from '../data/store.js';
import { toPasswordStage } from '../domain/password-stage.js';
import { type Finding, ok, warning } from './finding.js';

/** More would take long, and hardly tell more. */
const MAX_STAGES = 500;
const EVERYTHING = { userId: 0, sees: 'all' } as const;

export async function examineStages(store: Store, schema: string): Promise<Finding[]> {
  const table = qualifyWith(schema)('authentik_stages_password_passwordstage');
  const [row] = await store.database.query<{ count: number; ids: string[] }>(
    `SELECT (SELECT count(*)::integer FROM ${table}) AS count,
      ARRAY(SELECT stage_ptr_id::text FROM ${table} ORDER BY 1 LIMIT $1::integer) AS ids`,
    MAX_STAGES,
  );
  const { count = 0, ids = [] } = row ?? {};
  const found = await Promise.all(ids.map((id) => store.stages.find(id, EVERYTHING)));
  const check = createStageCheck();
  const faults = found.flatMap((stage) => (stage ? check(stage) : []));
  const scope = count > ids.length ? `the first ${ids.length} of ` : '';
  return [
    count === 0 ? warning('There is no password stage') : ok(`Password stages: ${count}`),
    ...faults.map(warning),
    ...(count > 0 && faults.length === 0 ? [ok(`The contract can express ${scope}them`)] : []),
  ];
}

/** Says of a stage that would be answered with 500 which of its fields is at fault. */
function createStageCheck(): (stage: FoundStage) => string[] {
  const check = createResponseChecker(loadContract());
  const headers = new Headers({ 'content-type': 'application/json' });
  return ({ row, urlRules }) => {
    const text = JSON.stringify(toPasswordStage(row, urlRules));
    const answer = { status: 200, headers, text };
    // Only the body is at hand; its headers are the server's affair.
    const faults = check('stages_password_retrieve', answer).filter(
      (fault) => !fault.startsWith('the header'),
    );
    if (faults.length === 0) return [];
    return [
      `The stage "${row.name}" (${row.stageUuid}) is answered with 500: ${faults.join('; ')}`,
    ];
  };
}
