/** A keep-alive connection to a server on loopback, with one request at a time. */
import { connect } from 'node:net';

export interface Reply {
  readonly status: number;
  /** Status line and header fields. */
  readonly head: string;
  readonly body: Buffer;
}

export interface Connection {
  readonly isOpen: boolean;
  /** Rejects when the connection breaks, or is silent for longer than any deadline of a server. */
  request(bytes: Buffer): Promise<Reply>;
  close(): void;
}

const SILENCE_MS = 30_000;
const NOTHING = Buffer.alloc(0);

export function openConnection(port: number): Connection {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  let pending: PromiseWithResolvers | undefined;
  let received: Buffer = NOTHING;
  let isOpen = true;
  let reason: Error = Object.assign(new Error('The connection was closed.'), {
    code: 'ECONNRESET',
  });

  socket.setTimeout(SILENCE_MS, () => socket.destroy(new Error('The server is silent.')));
  socket.on('data', (chunk) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
    const reply = parseReply(received);
    if (!reply) return;
    received = NOTHING;
    if (/\r\nconnection: *close/i.test(reply.head)) isOpen = false;
    pending?.resolve(reply);
    pending = undefined;
  });
  socket.on('error', (error) => {
    reason = error;
  });
  socket.on('end', () => {
    isOpen = false;
  });
  socket.on('close', () => {
    isOpen = false;
    pending?.reject(reason);
  });

  return {
    get isOpen() {
      return isOpen;
    },
    request(bytes) {
      return new Promise((resolve, reject) => {
        if (socket.destroyed) return reject(reason);
        pending = { resolve, reject };
        socket.write(bytes);
      });
    },
    close: () => void socket.destroy(),
  };
}

interface PromiseWithResolvers {
  resolve(reply: Reply): void;
  reject(error: Error): void;
}

const HEAD_END = '\r\n\r\n';
// "HTTP/1.1 200": three digits after nine characters.
const STATUS_AT = 9;

/** Undefined while something is missing. */
function parseReply(received: Buffer): Reply | undefined {
  const headEnd = received.indexOf(HEAD_END, 0, 'latin1');
  if (headEnd === -1) return undefined;
  const head = received.toString('latin1', 0, headEnd);
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (length === undefined) throw new Error(`A response without Content-Length:\n${head}`);
  const body = received.subarray(headEnd + HEAD_END.length);
  if (body.length < Number(length)) return undefined;
  return { status: Number(head.slice(STATUS_AT, STATUS_AT + 3)), head, body };
}
