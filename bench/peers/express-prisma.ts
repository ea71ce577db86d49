/** The usual handler behind the validator, with Prisma. */
import { createHandler } from './handler.js';
import { openPrismaReads } from './prisma-reads.js';
import { listenValidated } from './validated-app.js';

listenValidated(createHandler(openPrismaReads()));
