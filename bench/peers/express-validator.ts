/** A constant from Express behind the validator: what the validated contract costs without any work. */
import { bearerToken } from '../../src/domain/credentials.js';
import { withStatus } from './errors.js';
import { constantBody, listen } from './listen.js';
import { createValidatedApp } from './validated-app.js';

const body = JSON.parse(constantBody);

listen(
  createValidatedApp({
    authenticate: (authorization) =>
      withStatus(async () => ({ token: bearerToken(authorization) })),
    answer: async () => body,
  }),
);
