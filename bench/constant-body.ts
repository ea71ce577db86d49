/** What the peers answer that only send a constant: our own answer to one request. */
import { ask, CONSTANT_QUESTION } from './agreement.js';
import { PEERS } from './peers/peers.js';
import { startPeer } from './running-peer.js';

export async function findConstantBody(databaseUrl: string): Promise<string> {
  const ours = await startPeer({ module: PEERS[0].module, databaseUrl });
  try {
    const { status, body } = await ask(ours.port, CONSTANT_QUESTION);
    if (status !== 200) throw new Error(`The seeded stage answers ${status}: ${body}`);
    return body;
  } finally {
    await ours.close();
  }
}
