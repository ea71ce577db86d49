/** Asking again with the ETag of an earlier answer. */
import type { OperationId } from '../../contract/types.js';
import type { Need, RunnableCheck, Subject } from '../check.js';
import { differences } from '../expectation.js';
import type { Probe } from '../target.js';

/** For an operation whose answer to the request is a success. */
export function conditionalChecks(
  operationId: OperationId,
  needs: readonly Need[],
  probe: (subject: Subject) => Probe,
): RunnableCheck[] {
  async function again(subject: Subject, expected: number, toTag: (etag: string) => string) {
    const { headers } = await subject.target(probe(subject));
    const etag = headers.get('ETag');
    if (etag === null) return ['the header ETag is missing'];
    const answer = await subject.target({
      ...probe(subject),
      headers: { 'If-None-Match': toTag(etag) },
    });
    return differences(subject, operationId, expected, answer);
  }
  return [
    {
      operationId,
      name: 'an answer that did not change is not sent again',
      needs,
      run: (subject) => again(subject, 304, (etag) => etag),
    },
    {
      operationId,
      name: 'an answer is sent to who has an older one',
      needs,
      run: (subject) => again(subject, 200, () => '"of-an-older-answer"'),
    },
  ];
}
