/** A constant from Express behind the validator: what the validated contract costs without any work. */
import { bearerToken } from './handler.js';
import { constantBody, listen } from './listen.js';
import { createValidatedApp } from './validated-app.js';

const body = JSON.parse(constantBody);

listen(
  createValidatedApp({
    authenticate: async (authorization) => ({ token: bearerToken(authorization) }),
    retrieve: async () => body,
  }),
);
