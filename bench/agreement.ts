/** Proves that peers do the same work: equal bodies for what is visible, equal statuses for what is not. */
import { openConnection } from '../test/support/load/connection.js';
import { stageRequest } from '../test/support/load/demo-request.js';
import { BASE_SIZE } from './database.js';
import type { PeerName } from './peers.js';
import { apiToken, GRANTED, grantedStage, stageUuid, unknownToken } from './requests.js';

/** The request that constants are made of: a superuser's, who sees every stage. */
export const CONSTANT = stageRequest(stageUuid(0), apiToken(0));

const visible = stageUuid(grantedStage(GRANTED, 0, BASE_SIZE));
const QUESTIONS = {
  'a role': stageRequest(stageUuid(1), apiToken(1)),
  'the permission itself': stageRequest(stageUuid(2), apiToken(2)),
  'a grant': stageRequest(visible, apiToken(GRANTED)),
  'upper case': stageRequest(visible.toUpperCase(), apiToken(0)),
  'no grant': stageRequest(stageUuid(1), apiToken(GRANTED), 404),
  'no such stage': stageRequest(stageUuid(BASE_SIZE.stages), apiToken(0), 404),
  'an unknown token': stageRequest(visible, unknownToken(0), 403),
  'not a UUID': stageRequest('nothing', apiToken(0), 400),
};

export interface Server {
  readonly name: PeerName;
  readonly port: number;
  /** Does the whole work; the others return a constant, which can agree on one stage only. */
  readonly reads: boolean;
}

/** Throws an error that names the first disagreement. */
export async function assertAgreement(servers: readonly Server[]): Promise<void> {
  for (const server of servers)
    await compare(servers[0] as Server, server, 'a superuser', CONSTANT);
  const [first, ...others] = servers.filter(({ reads }) => reads);
  for (const server of first ? [first, ...others] : []) {
    for (const [title, question] of Object.entries(QUESTIONS)) {
      await compare(first as Server, server, title, question);
    }
  }
}

async function compare(
  reference: Server,
  server: Server,
  title: string,
  question: typeof CONSTANT,
): Promise<void> {
  const [expected, reply] = [await ask(reference.port, question), await ask(server.port, question)];
  const agrees =
    reply.status === question.expectedStatus &&
    // Errors are worded by each framework.
    (reply.status !== 200 || reply.text === expected.text);
  if (agrees) return;
  throw new Error(
    `${server.name} and ${reference.name} disagree about "${title}", which is ${question.expectedStatus}:\n` +
      `${reply.status} ${reply.text}\n${expected.status} ${expected.text}`,
  );
}

export async function ask(port: number, { text }: typeof CONSTANT) {
  const connection = openConnection(port);
  const { status, body } = await connection.request(Buffer.from(text, 'latin1'));
  connection.close();
  return { status, text: body.toString() };
}
