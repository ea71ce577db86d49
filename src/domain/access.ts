/** Who may see which password stages, decided from the facts that the database holds about a token's user. */
import { OperationError } from './errors.js';

/** What the database knows about the user behind a token in force. */
export interface AccessFacts {
  readonly userId: number;
  readonly isActive: boolean;
  readonly isInternalServiceAccount: boolean;
  /** A superuser, or a holder of `view_passwordstage` for all stages. */
  readonly seesAll: boolean;
  /** The stages that exist and that the user was granted one by one; empty for who sees all. */
  readonly grantedStages: ReadonlySet<string>;
}

/** An authenticated caller who may ask for stages. */
export interface Principal {
  readonly userId: number;
  /** All stages, or the UUIDs (in lower case) of those that were granted, possibly none. */
  readonly sees: 'all' | ReadonlySet<string>;
}

/**
 * The caller that the facts describe. `facts` is undefined for an unknown or expired token.
 * Throws `authentication_failed`, or `permission_denied` for a caller without any view permission.
 */
export function decideAccess(facts: AccessFacts | undefined): Principal {
  if (!facts?.isActive) throw new OperationError('authentication_failed', 'Token invalid or expired.');
  const { userId, grantedStages } = facts;
  if (facts.seesAll) return { userId, sees: 'all' };
  // authentik hides every stage from its internal service accounts, where it refuses other callers.
  if (grantedStages.size > 0 || facts.isInternalServiceAccount) return { userId, sees: grantedStages };
  throw new OperationError('permission_denied', 'You do not have permission to view password stages.');
}

/** `stageUuid` in lower case. */
export function isVisible(stageUuid: string, { sees }: Principal): boolean {
  return sees === 'all' || sees.has(stageUuid);
}
