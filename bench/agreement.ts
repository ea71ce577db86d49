/** Proves that peers do the same work: equal bodies for what is visible, equal statuses for what is not. */
import { apiToken, stageUuid, unknownToken } from './database/identities.js';
import type { Size } from './database/size.js';
import { operationUrl } from './requests.js';

interface Server {
  readonly name: string;
  readonly port: number;
  /** Answers a constant, which can agree on one stage only. */
  readonly reads: boolean;
}

interface Question {
  readonly title: string;
  readonly stage: string;
  readonly token: string | undefined;
}

// The users' roles follow each other in fours; the last of them sees single stages.
const SUPERUSER = 0;
const OBJECT_USER = 3;

/** The stage that constants are made of, for a caller who sees every stage. */
export const CONSTANT_QUESTION: Question = {
  title: 'superuser',
  stage: stageUuid(0),
  token: apiToken(SUPERUSER),
};

/** Throws an error that names the first disagreement. */
export async function assertAgreement(servers: readonly Server[], size: Size): Promise<void> {
  const readers = servers.filter((server) => server.reads);
  await compare(servers, CONSTANT_QUESTION);
  for (const question of questionsFor(size)) await compare(readers, question);
}

function questionsFor({ stages }: Size): Question[] {
  const visible = stageUuid((OBJECT_USER * 7) % stages);
  const hidden = stageUuid((OBJECT_USER * 7 + 1) % stages);
  return [
    { title: 'a role', stage: stageUuid(1), token: apiToken(1) },
    { title: 'the permission itself', stage: stageUuid(2), token: apiToken(2) },
    { title: 'a grant', stage: visible, token: apiToken(OBJECT_USER) },
    { title: 'upper case', stage: visible.toUpperCase(), token: apiToken(SUPERUSER) },
    { title: 'no grant', stage: hidden, token: apiToken(OBJECT_USER) },
    { title: 'no such stage', stage: stageUuid(stages), token: apiToken(SUPERUSER) },
    { title: 'unknown token', stage: visible, token: unknownToken(0) },
    { title: 'no token', stage: visible, token: undefined },
    { title: 'not a UUID', stage: 'nothing', token: apiToken(SUPERUSER) },
  ];
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

export async function ask(port: number, { stage, token }: Question): Promise<Answer> {
  const headers = token === undefined ? {} : { Authorization: `Bearer ${token}` };
  const response = await fetch(operationUrl(port, stage), { headers });
  return { status: response.status, body: await response.text() };
}

async function compare(servers: readonly Server[], question: Question): Promise<void> {
  const [reference, ...others] = servers;
  if (!reference) return;
  const expected = await ask(reference.port, question);
  for (const { name, port } of others) {
    const answer = await ask(port, question);
    // Errors are worded by each framework.
    const agrees =
      answer.status === expected.status &&
      (expected.status !== 200 || answer.body === expected.body);
    if (agrees) continue;
    throw new Error(
      `${name} and ${reference.name} disagree about "${question.title}":\n` +
        `${answer.status} ${answer.body}\n${expected.status} ${expected.body}`,
    );
  }
}
