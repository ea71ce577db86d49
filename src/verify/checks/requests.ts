/** Requests that the contract refuses: spellings of a UUID, queries, paths, media types, and sheer size. */
import type { RunnableCheck } from '../check.js';
import { expecting } from '../expectation.js';
import { RETRIEVE, retrieving, stagePath, UNKNOWN_STAGE } from '../paths.js';

const needs = ['token'] as const;

const NO_UUIDS = {
  'with urn:uuid: before it': `urn:uuid:${UNKNOWN_STAGE}`,
  'in braces': `{${UNKNOWN_STAGE}}`,
  'without dashes': UNKNOWN_STAGE.replaceAll('-', ''),
  'that is too short': UNKNOWN_STAGE.slice(1),
};

// Beyond what Node (16 kB) takes, far below what would be an attack.
const TOO_LONG = 20_000;

export const requestChecks: readonly RunnableCheck[] = [
  ...Object.entries(NO_UUIDS).map(([spelling, stage]) =>
    expecting(RETRIEVE, {
      name: `a UUID ${spelling} is refused`,
      needs,
      probe: (subject) => retrieving(subject, stage),
      expected: 'malformed-uuid',
    }),
  ),
  expecting(RETRIEVE, {
    name: 'an unknown stage is not found',
    needs,
    probe: (subject) => retrieving(subject, UNKNOWN_STAGE),
    expected: 'not-found',
  }),
  expecting(RETRIEVE, {
    name: 'an unknown path is not found',
    needs,
    probe: (subject) => retrieving(subject, UNKNOWN_STAGE, 'nothing/'),
    expected: 'not-found',
  }),
  expecting(RETRIEVE, {
    name: 'an undeclared query parameter is refused',
    needs,
    probe: (subject) => retrieving(subject, UNKNOWN_STAGE, '?undeclared=1'),
    expected: 'unknown-query-parameter',
  }),
  expecting(RETRIEVE, {
    name: 'an Accept that rules JSON out is refused',
    probe: (subject) => ({
      path: stagePath(subject, UNKNOWN_STAGE),
      headers: { Accept: 'text/html' },
    }),
    expected: 'html-only',
  }),
  expecting(RETRIEVE, {
    name: 'a URL that is too long is refused',
    probe: (subject) => ({ path: stagePath(subject, 'a'.repeat(TOO_LONG)) }),
    expected: 'long-url',
  }),
];
