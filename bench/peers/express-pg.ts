/** The straightforward handler with the bare driver instead of Prisma. */
import { databaseUrl, listen } from './listen.js';
import { openPgReads } from './pg-reads.js';
import { createStraightforwardHandler } from './straightforward.js';
import { createValidatedApp } from './validated-app.js';

listen(createValidatedApp(createStraightforwardHandler(openPgReads(databaseUrl))));
