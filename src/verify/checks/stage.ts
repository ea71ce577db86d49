/** Retrieving a stage that exists. */
import type { RunnableCheck, Subject } from '../check.js';
import { differences, expecting, parsed } from '../expectation.js';
import { RETRIEVE, retrieving } from '../paths.js';

const needs = ['token', 'stage'] as const;

export const stageChecks: readonly RunnableCheck[] = [
  expecting(RETRIEVE, {
    name: 'a stage is answered as the contract describes it',
    needs,
    probe: ofStage,
    expected: 200,
    also: ({ text }, { given }) => samePk(text, given.stage),
  }),
  expecting(RETRIEVE, {
    name: 'a UUID in upper case names the same stage',
    needs,
    probe: (subject) => retrieving(subject, subject.given.stage.toUpperCase()),
    expected: 200,
    also: ({ text }, { given }) => samePk(text, given.stage),
  }),
  expecting(RETRIEVE, {
    name: 'Accept may name a range',
    needs,
    probe: (subject) => ({ ...ofStage(subject), headers: { Accept: 'text/html, application/*' } }),
    expected: 200,
  }),
  {
    operationId: RETRIEVE,
    name: 'HEAD has the headers of GET and no body',
    needs,
    async run(subject) {
      const [get, head] = [
        await subject.target(ofStage(subject)),
        await subject.target({ ...ofStage(subject), method: 'HEAD' }),
      ];
      return [
        ...differences(subject, RETRIEVE, 200, get),
        ...(head.status === get.status ? [] : [`expected ${get.status}, got ${head.status}`]),
        ...['Content-Type', 'ETag', 'Cache-Control', 'Vary']
          .filter((name) => head.headers.get(name) !== get.headers.get(name))
          .map((name) => `the header ${name} differs from that of GET`),
      ];
    },
  },
  {
    operationId: RETRIEVE,
    name: 'every answer has an X-Request-Id of its own',
    needs,
    async run(subject) {
      const answers = [
        await subject.target(ofStage(subject)),
        await subject.target(ofStage(subject)),
      ];
      const [first, second] = answers.map(({ headers }) => headers.get('X-Request-Id'));
      if (first === null) return ['the header X-Request-Id is missing'];
      return first === second ? [`two answers have the X-Request-Id ${first}`] : [];
    },
  },
];

function ofStage(subject: Subject) {
  return retrieving(subject, subject.given.stage);
}

function samePk(text: string, stage: string): string[] {
  const { pk } = parsed(text);
  return pk === stage.toLowerCase() ? [] : [`expected the pk ${stage.toLowerCase()}, got ${pk}`];
}
