/** The usual handler behind the validator, with Prisma. */
import { createHandler } from './handler.js';
import { databaseUrl, listen } from './listen.js';
import { openPrismaReads } from './prisma-reads.js';
import { createValidatedApp } from './validated-app.js';

listen(createValidatedApp(createHandler(openPrismaReads(databaseUrl))));
