/** The usual handler behind Fastify, which validates requests and serialises responses by the contract. */
import type { AddressInfo } from 'node:net';
import Fastify, { type FastifyRequest } from 'fastify';
import openapiGlue from 'fastify-openapi-glue';
import { createHandler, errorBody } from './handler.js';
import { announce, basePath, contract } from './listen.js';
import { openPrismaReads } from './prisma-reads.js';

type StageRequest = FastifyRequest<{ Params: { stage_uuid: string } }>;

const { authenticate, retrieve } = createHandler(openPrismaReads());
const users = new WeakMap<object, number>();

const app = Fastify();
app.setErrorHandler<Error & { statusCode?: number }>((error, _request, reply) => {
  const status = error.statusCode ?? 500;
  reply.status(status).send(errorBody(status, error.message));
});
await app.register(openapiGlue, {
  specification: contract,
  prefix: basePath,
  securityHandlers: {
    authentik: async (request: FastifyRequest) => {
      users.set(request, await authenticate(request.headers.authorization));
    },
  },
  serviceHandlers: {
    stages_password_retrieve: (request: StageRequest) =>
      // The security handler has put it there.
      retrieve(request.params.stage_uuid, users.get(request) as number),
  },
});
await app.listen({ host: '127.0.0.1', port: 0 });
announce((app.server.address() as AddressInfo).port);
