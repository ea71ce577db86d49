/** The straightforward handler behind Fastify, which validates requests and serialises answers by the contract. */
import Fastify, { type FastifyRequest } from 'fastify';
import openapiGlue from 'fastify-openapi-glue';
import { loadContract } from '../../src/contract/contract.js';
import { errorBody } from './errors.js';
import { databaseUrl, host, port } from './listen.js';
import { openPrismaReads } from './prisma-reads.js';
import type { UserRow } from './reads.js';
import { createStraightforwardHandler } from './straightforward.js';

type StageRequest = FastifyRequest<{ Params: { stage_uuid: string } }>;

const { authenticate, answer } = createStraightforwardHandler(openPrismaReads(databaseUrl));
const { document, basePath } = loadContract();
const users = new WeakMap<object, UserRow>();

const app = Fastify();
app.setErrorHandler<Error & { statusCode?: number }>((error, _request, reply) => {
  const status = error.statusCode ?? 500;
  reply.status(status).send(errorBody(status, error));
});
await app.register(openapiGlue, {
  specification: document,
  prefix: basePath,
  securityHandlers: {
    authentik: async (request: FastifyRequest) => {
      users.set(request, await authenticate(request.headers.authorization));
    },
  },
  serviceHandlers: {
    stages_password_retrieve: (request: StageRequest) =>
      answer(request.params.stage_uuid, users.get(request) as UserRow),
  },
});
await app.listen({ host, port });
