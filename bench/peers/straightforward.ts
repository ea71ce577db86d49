/** The handler that one writes first: a query for the token, one for the permissions, one for the stage. */
import type { PasswordStage } from '../../src/contract/types.js';
import { decideAccess } from '../../src/domain/access.js';
import { bearerToken } from '../../src/domain/credentials.js';
import { OperationError } from '../../src/domain/errors.js';
import { toPasswordStage } from '../../src/domain/password-stage.js';
import { withStatus } from './errors.js';
import { type Reads, type UserRow, urlRules } from './reads.js';

export interface StraightforwardHandler {
  authenticate(authorization: string | undefined): Promise<UserRow>;
  answer(stageUuid: string, user: UserRow): Promise<PasswordStage>;
}

// What a user may see is asked once the stage is known; until then only who they are matters.
const UNDECIDED = { isSuperuser: true, hasGlobalView: true, hasObjectView: true };

export function createStraightforwardHandler(reads: Reads): StraightforwardHandler {
  return {
    authenticate: (authorization) =>
      withStatus(async () => {
        const user = await reads.findUser(bearerToken(authorization));
        decideAccess(user && { ...user, ...UNDECIDED });
        return user as UserRow;
      }),
    answer: (stageUuid, user) =>
      withStatus(async () => {
        const permissions = await reads.findPermissions(user.userId, stageUuid);
        const { sees } = decideAccess({ ...user, ...permissions });
        const isVisible = sees === 'all' || permissions.isGranted;
        const row = isVisible ? await reads.findStage(stageUuid) : undefined;
        if (!row) throw new OperationError('not_found', 'Not found.');
        return toPasswordStage(row, urlRules);
      }),
  };
}
