/** The usual handler behind the validator, with the bare driver. */
import { createHandler } from './handler.js';
import { openPgReads } from './reads.js';
import { listenValidated } from './validated-app.js';

listenValidated(createHandler(openPgReads()));
