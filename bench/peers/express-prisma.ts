/** The straightforward handler: Express, the validator, and Prisma's models. */
import { databaseUrl, listen } from './listen.js';
import { openPrismaReads } from './prisma-reads.js';
import { createStraightforwardHandler } from './straightforward.js';
import { createValidatedApp } from './validated-app.js';

listen(createValidatedApp(createStraightforwardHandler(openPrismaReads(databaseUrl))));
