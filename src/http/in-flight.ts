/** The requests that have no complete response yet, by connection: for load shedding, shutdown, and order on a connection. */
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

const PENDING = Symbol('pending');

declare module 'node:net' {
  interface Socket {
    [PENDING]?: ServerResponse[];
  }
}

/**
 * Responses are kept with their sockets. In a Set that each of them enters and leaves, V8 would leave one table after the
 * other behind, each with a pointer to the next one, and so keep every request until the next large garbage collection.
 */
export class InFlight {
  readonly #sockets = new Set<Socket>();
  #isDraining = false;
  size = 0;

  /** Open connections. */
  get connections(): number {
    return this.#sockets.size;
  }

  connect(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('close', () => {
      this.#sockets.delete(socket);
      // Node tells only the first response of a connection about its end, and none that waits behind it.
      for (const response of [...(socket[PENDING] ?? [])]) if (!response.socket) response.emit('close');
    });
  }

  add(response: ServerResponse): void {
    const { socket, headers } = response.req;
    socket[PENDING] ??= [];
    const pending = socket[PENDING];
    pending.push(response);
    this.size += 1;
    response.once('close', () => {
      pending.splice(pending.indexOf(response), 1);
      this.size -= 1;
    });
    // Whoever asks for an upgrade goes on in another protocol, and Node no longer finds requests in that.
    if (this.#isDraining || headers.upgrade !== undefined) closeAfter(response);
  }

  /** From now on each response closes its connection, so that clients come back elsewhere. */
  drain(): void {
    this.#isDraining = true;
    for (const socket of this.#sockets) socket[PENDING]?.forEach(closeAfter);
  }

  /** Resolves when every request that came on a connection has its response; to whether there was one. */
  async settled(socket: Socket): Promise<boolean> {
    const pending = [...(socket[PENDING] ?? [])];
    await Promise.all(pending.map((response) => new Promise((resolve) => response.once('close', resolve))));
    return pending.length > 0;
  }
}

function closeAfter(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader('Connection', 'close');
}
