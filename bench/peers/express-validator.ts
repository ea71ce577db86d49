/** A constant from Express behind the validator: what the validated contract costs without any work. */
import { constantBody } from './listen.js';
import { listenValidated } from './validated-app.js';

const body = JSON.parse(constantBody);

listenValidated({ authenticate: async () => 0, retrieve: async () => body });
