/** Finds out whether what listens at an address speaks PostgreSQL's protocol. */
import { connect } from 'node:net';
import { type Host, isSocket, type Target } from './target.js';

const PROBE_TIMEOUT_MS = 1000;
// https://www.postgresql.org/docs/current/protocol-message-formats.html, SSLRequest
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);

/** False only if every host answers, and not as PostgreSQL does; silence and refusal leave it open. */
export async function maySpeakPostgres({ hosts }: Target): Promise<boolean> {
  const answers = await Promise.all(hosts.map(probe));
  return answers.includes(true);
}

function probe({ host, port }: Host): Promise<boolean> {
  if (isSocket(host)) return Promise.resolve(true);
  return new Promise((resolve) => {
    const socket = connect({ host, port }, () => socket.write(SSL_REQUEST));
    function settle(answer: boolean): void {
      socket.destroy();
      resolve(answer);
    }
    socket.setTimeout(PROBE_TIMEOUT_MS, () => settle(true));
    socket.on('error', () => settle(true));
    socket.on('close', () => settle(true));
    socket.once('data', (answer) => settle(isSslAnswer(answer)));
  });
}

/** One letter for yes or no. A server that cannot even fork answers with an error message instead. */
function isSslAnswer(answer: Buffer): boolean {
  const text = answer.toString('latin1');
  return text === 'S' || text === 'N' || text.startsWith('E\0');
}
