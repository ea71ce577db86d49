/** The reads as Prisma's documentation would have them: models, `include`, and raw SQL where models cannot follow. */
import { PrismaPg } from '@prisma/adapter-pg';
import { PrismaClient } from '../../generated/prisma/client.js';
import { permissionQuery } from './permission-sql.js';
import { API_SCOPE, type PermissionRow, type Reads } from './reads.js';

export function openPrismaReads(url: string): Reads {
  const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: url }) });

  async function findToken(token: string) {
    const isLive = {
      OR: [{ expiring: false }, { expires: null }, { expires: { gte: new Date() } }],
    };
    const found = await prisma.token.findFirst({
      where: { key: token, intent: 'api', ...isLive },
      orderBy: { id: 'asc' },
      include: { user: true },
    });
    if (found) return found;
    const access = await prisma.accessToken.findFirst({
      where: { token, scope: { contains: API_SCOPE, mode: 'insensitive' }, ...isLive },
      orderBy: { id: 'asc' },
      include: { user: true },
    });
    return access?.scope.split(' ').includes(API_SCOPE) ? access : undefined;
  }

  return {
    async findUser(token) {
      const found = await findToken(token);
      return (
        found && {
          userId: found.user.id,
          isActive: found.user.isActive,
          isInternalServiceAccount: found.user.type === 'internal_service_account',
        }
      );
    },

    async findPermissions(userId, stageUuid) {
      const rows = await prisma.$queryRawUnsafe<PermissionRow[]>(
        permissionQuery,
        userId,
        stageUuid,
      );
      return rows[0] as PermissionRow;
    },

    async findStage(stageUuid) {
      const found = await prisma.passwordStage.findUnique({
        where: { id: stageUuid },
        include: {
          stage: {
            include: {
              bindings: {
                include: { flow: { include: { policyBindingModel: true } } },
                orderBy: [{ flow: { slug: 'asc' } }, { order: 'asc' }],
              },
            },
          },
        },
      });
      if (!found) return undefined;
      return {
        ...found,
        stageUuid: found.id,
        name: found.stage.name,
        flows: found.stage.bindings.map(({ flow }) => ({
          ...flow,
          flowUuid: flow.id,
          policyEngineMode: flow.policyBindingModel.policyEngineMode,
        })),
      };
    },
  };
}
