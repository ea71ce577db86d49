/** Who is let in. */
import type { RunnableCheck } from '../check.js';
import { expecting } from '../expectation.js';
import { RETRIEVE, stagePath, UNKNOWN_STAGE } from '../paths.js';

const WRONG_TOKEN = 'surely-not-a-token-of-this-authentik';

export const credentialChecks: readonly RunnableCheck[] = [
  expecting(RETRIEVE, {
    name: 'a request without a token is refused',
    probe: (subject) => ({ path: stagePath(subject, UNKNOWN_STAGE) }),
    expected: 'no-credentials',
  }),
  expecting(RETRIEVE, {
    name: 'a wrong token is refused',
    probe: (subject) => ({ path: stagePath(subject, UNKNOWN_STAGE), token: WRONG_TOKEN }),
    expected: 'bad-token',
  }),
  expecting(RETRIEVE, {
    name: 'another scheme than bearer is refused',
    probe: (subject) => ({
      path: stagePath(subject, UNKNOWN_STAGE),
      headers: { Authorization: `Basic ${btoa(`user:${WRONG_TOKEN}`)}` },
    }),
    expected: 'no-credentials',
  }),
  expecting(RETRIEVE, {
    name: 'a caller without permission is refused',
    needs: ['secondToken', 'stage'],
    probe: (subject) => ({
      path: stagePath(subject, subject.given.stage),
      token: subject.given.secondToken,
    }),
    expected: 'no-permission',
  }),
  expecting(RETRIEVE, {
    name: 'a caller without permission does not learn which stages exist',
    needs: ['secondToken'],
    probe: (subject) => ({
      path: stagePath(subject, UNKNOWN_STAGE),
      token: subject.given.secondToken,
    }),
    expected: 'no-permission',
  }),
];
