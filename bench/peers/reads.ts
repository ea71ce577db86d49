/** What a straightforward handler needs from the database, whichever way it asks. */
import type { AccessFacts } from '../../src/domain/access.js';
import type { UrlRules } from '../../src/domain/background-url.js';
import { GENERATIONS } from '../../src/domain/generation.js';
import type { PasswordStageRow } from '../../src/domain/password-stage.js';

export type UserRow = Pick<AccessFacts, 'userId' | 'isActive' | 'isInternalServiceAccount'>;

export interface PermissionRow
  extends Pick<AccessFacts, 'isSuperuser' | 'hasGlobalView' | 'hasObjectView'> {
  /** The stage asked for was granted to the user by itself. */
  readonly isGranted: boolean;
}

export interface Reads {
  /** Undefined for a token that is unknown or expired. */
  findUser(token: string): Promise<UserRow | undefined>;
  findPermissions(userId: number, stageUuid: string): Promise<PermissionRow>;
  findStage(stageUuid: string): Promise<PasswordStageRow | undefined>;
}

export const API_SCOPE = 'goauthentik.io/api';

/** Those of authentik 2024.6, whose tables are seeded. */
export const urlRules: UrlRules = {
  background: GENERATIONS[2].background,
  schema: 'public',
  webPath: '',
};
