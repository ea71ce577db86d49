/** Where the contract's operations are. */
import type { Subject } from './check.js';
import type { Probe } from './target.js';

export const RETRIEVE = 'stages_password_retrieve';
export const LIST = 'stages_password_list';

/** No stage has it, and no authentik gives it out: it is not of version 4. */
export const UNKNOWN_STAGE = 'f0e1d2c3-b4a5-1687-8899-aabbccddeeff';

/** The path of a stage, or of what only looks like one. */
export function stagePath({ contract }: Pick<Subject, 'contract'>, stage: string): string {
  return contract.pathOf(RETRIEVE).replace('{stage_uuid}', encodeURIComponent(stage));
}

/** Retrieves with the token that may view stages. */
export function retrieving(subject: Subject, stage: string, query = ''): Probe {
  return { path: stagePath(subject, stage) + query, token: subject.given.token };
}

/** Lists with the token that may view stages. */
export function listing({ contract, given }: Subject, query = ''): Probe {
  return { path: contract.pathOf(LIST) + query, token: given.token };
}
