/** Who may see which password stages, decided from the facts that the database holds about a token. */
import { OperationError } from './errors.js';

/** What the database knows about the user behind a usable token. */
export interface AccessFacts {
  readonly userId: number;
  readonly isActive: boolean;
  readonly isInternalServiceAccount: boolean;
  readonly isSuperuser: boolean;
  /** Holds `view_passwordstage` for all stages. */
  readonly hasGlobalView: boolean;
  /** Holds `view_passwordstage` for at least one stage that exists. */
  readonly hasObjectView: boolean;
}

/** An authenticated caller who may ask for stages. */
export interface Principal {
  readonly userId: number;
  /** `all` stages, or those that were `granted` one by one (possibly none). */
  readonly sees: 'all' | 'granted';
}

/**
 * The caller that the facts describe. `facts` is undefined for an unknown or expired token.
 * Throws `authentication_failed`, or `permission_denied` for a caller without any view permission.
 */
export function decideAccess(facts: AccessFacts | undefined): Principal {
  if (!facts?.isActive) {
    throw new OperationError('authentication_failed', 'Token invalid or expired.');
  }
  const { userId } = facts;
  if (facts.isSuperuser || facts.hasGlobalView) return { userId, sees: 'all' };
  // authentik hides everything from its internal service accounts where it refuses others (2023.10 … 2026.2).
  if (facts.hasObjectView || facts.isInternalServiceAccount) return { userId, sees: 'granted' };
  throw new OperationError(
    'permission_denied',
    'You do not have permission to view password stages.',
  );
}
