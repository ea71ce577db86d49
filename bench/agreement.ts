/** Starts the peers, and proves that they do the same work: equal bodies for what is visible, equal statuses for what is not. */
import { openConnection } from '../test/support/load/connection.js';
import { stageRequest } from '../test/support/load/demo-request.js';
import { BASE_SIZE } from './database.js';
import { type Bench, type RunningPeer, startPeer } from './measure.js';
import { PEERS, type PeerName } from './peers.js';
import { apiToken, GRANTED, grantedStage, stageUuid, unknownToken } from './requests.js';

/** The request that constants are made of: a superuser's, who sees every stage. */
export const CONSTANT = stageRequest(stageUuid(0), apiToken(0));

const visible = stageUuid(grantedStage(GRANTED, 0, BASE_SIZE));
/** A peer that returns a constant can agree on that one only. */
const QUESTIONS = {
  'a superuser': CONSTANT,
  'a role': stageRequest(stageUuid(1), apiToken(1)),
  'the permission itself': stageRequest(stageUuid(2), apiToken(2)),
  'a grant': stageRequest(visible, apiToken(GRANTED)),
  'upper case': stageRequest(visible.toUpperCase(), apiToken(0)),
  'no grant': stageRequest(stageUuid(1), apiToken(GRANTED), 404),
  'no such stage': stageRequest(stageUuid(BASE_SIZE.stages), apiToken(0), 404),
  'an unknown token': stageRequest(visible, unknownToken(0), 403),
  'not a UUID': stageRequest('nothing', apiToken(0), 400),
};

/** Ours is the first of those that run. Rejects with an error that names the first disagreement with ours. */
export async function startPeers(bench: Bench) {
  const ours = await startPeer(bench, 'ours');
  const CONSTANT_BODY = (await ask(ours.port, CONSTANT)).text;
  const running = new Map<PeerName, RunningPeer>([['ours', ours]]);
  for (const name of bench.options.peers) {
    if (name !== 'ours') running.set(name, await startPeer(bench, name, BASE_SIZE, { CONSTANT_BODY }));
  }
  await assertAgreement(running);
  bench.progress('All peers give the same responses.');
  return { ours, running };
}

async function assertAgreement(peers: ReadonlyMap<PeerName, RunningPeer>): Promise<void> {
  for (const [title, question] of Object.entries(QUESTIONS)) {
    let ours: string | undefined;
    for (const [name, { port }] of peers) {
      if (question !== CONSTANT && !PEERS[name].reads) continue;
      const { status, text } = await ask(port, question);
      ours ??= text;
      // Errors are worded by each framework.
      if (status === question.expectedStatus && (status !== 200 || text === ours)) continue;
      throw new Error(`${name} disagrees about "${title}", ${question.expectedStatus}: ${status} ${text}\n${ours}`);
    }
  }
}

export async function ask(port: number, { text }: typeof CONSTANT) {
  const connection = openConnection(port);
  const { status, body } = await connection.request(Buffer.from(text, 'latin1'));
  connection.close();
  return { status, text: body.toString() };
}
