/** Listing stages, which is the way from a name to a UUID. */
import type { RunnableCheck } from '../check.js';
import { differences, expecting, parsed } from '../expectation.js';
import { LIST, listing, RETRIEVE, retrieving } from '../paths.js';

const needs = ['token'] as const;
const FAR_PAGE = '?page=999999999';

export const listChecks: readonly RunnableCheck[] = [
  expecting(LIST, {
    name: 'a page of stages is answered as the contract describes it',
    needs,
    probe: (subject) => listing(subject),
    expected: 200,
  }),
  expecting(LIST, {
    name: 'a page is no longer than asked for',
    needs,
    probe: (subject) => listing(subject, '?page_size=1'),
    expected: 200,
    also: ({ text }) => {
      const { length } = resultsOf(text);
      return length <= 1 ? [] : [`expected 1 stage at most, got ${length}`];
    },
  }),
  {
    operationId: LIST,
    name: 'a stage is found by its name',
    needs: ['token', 'stage'],
    async run(subject) {
      const stage = await subject.target(retrieving(subject, subject.given.stage));
      const wrong = differences(subject, RETRIEVE, 200, stage);
      const { pk, name } = parsed(stage.text);
      if (typeof name !== 'string') return wrong;
      const list = await subject.target(listing(subject, `?name=${encodeURIComponent(name)}`));
      const found = resultsOf(list.text).map((result) => result.pk);
      return [
        ...differences(subject, LIST, 200, list),
        ...(found.length === 1 && found[0] === pk
          ? []
          : [`expected the stage ${pk} alone, got ${found.join(', ') || 'none'}`]),
      ];
    },
  },
  expecting(LIST, {
    name: 'a page that does not exist is not found',
    needs,
    probe: (subject) => listing(subject, FAR_PAGE),
    expected: 'not-found',
  }),
  expecting(LIST, {
    name: 'an undeclared query parameter is refused',
    needs,
    probe: (subject) => listing(subject, '?undeclared=1'),
    expected: 'unknown-query-parameter',
  }),
  expecting(LIST, {
    name: 'a request without a token is refused',
    probe: ({ contract }) => ({ path: contract.pathOf(LIST) }),
    expected: 'no-credentials',
  }),
  expecting(LIST, {
    name: 'a caller without permission is refused',
    needs: ['secondToken'],
    probe: ({ contract, given }) => ({ path: contract.pathOf(LIST), token: given.secondToken }),
    expected: 'no-permission',
  }),
];

interface Result {
  readonly pk?: unknown;
}

/** The stages of a page; none for what is no page. */
export function resultsOf(text: string): readonly Result[] {
  const { results } = parsed(text);
  return Array.isArray(results) ? results.map((result) => Object(result)) : [];
}
