/** The usual handler behind the validator, with the bare driver. */
import { createHandler } from './handler.js';
import { databaseUrl, listen } from './listen.js';
import { openPgReads } from './reads.js';
import { createValidatedApp } from './validated-app.js';

listen(createValidatedApp(createHandler(openPgReads(databaseUrl))));
