/** The stage as Prisma's documentation would have it read; raw SQL where models cannot follow, since groups nest. */
import { PrismaPg } from '@prisma/adapter-pg';
import { PrismaClient } from '../../generated/prisma/client.js';
import type { Permissions, Reads } from './handler.js';
import { databaseUrl } from './listen.js';
import { PERMISSION_QUERY, USER_QUERY } from './reads.js';

export function openPrismaReads(): Reads {
  const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: databaseUrl }) });
  return {
    findUser: async (token) => (await prisma.$queryRawUnsafe<{ id: number }[]>(USER_QUERY, token))[0]?.id,
    async findPermissions(userId, stageUuid) {
      const rows = await prisma.$queryRawUnsafe<Permissions[]>(PERMISSION_QUERY, userId, stageUuid);
      // A SELECT without FROM: always one row.
      return rows[0] as Permissions;
    },
    async findStage(stageUuid) {
      const found = await prisma.passwordStage.findUnique({
        where: { id: stageUuid },
        // A column of later releases.
        omit: { allowShowPassword: true },
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
        pk: found.id,
        name: found.stage.name,
        flow_set: found.stage.bindings.map(({ flow }) => ({
          pk: flow.id,
          policybindingmodel_ptr_id: flow.policyBindingModelId,
          name: flow.name,
          slug: flow.slug,
          title: flow.title,
          designation: flow.designation,
          background: flow.background
            ? `/media/public/${flow.background}`
            : '/static/dist/assets/images/flow_background.jpg',
          policy_engine_mode: flow.policyBindingModel.policyEngineMode,
          compatibility_mode: flow.compatibilityMode,
          export_url: `/api/v3/flows/instances/${flow.slug}/export/`,
          layout: flow.layout,
          denied_action: flow.deniedAction,
        })),
        backends: found.backends,
        configure_flow: found.configureFlowId,
        failed_attempts_before_cancel: found.failedAttemptsBeforeCancel,
      };
    },
  };
}
