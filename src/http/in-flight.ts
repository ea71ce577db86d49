/** The requests that have no complete response yet, by connection: for load shedding, shutdown, and order on a connection. */
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Responses are kept by connection. In one Set that each of them enters and leaves, V8 would leave one table after the
 * other behind, each with a pointer to the next one, and so keep every request until the next large garbage collection.
 */
export class InFlight {
  readonly #pending = new Map<Socket, ServerResponse[]>();
  #isDraining = false;
  size = 0;

  /** Open connections. */
  get connections(): number {
    return this.#pending.size;
  }

  connect(socket: Socket): void {
    const pending: ServerResponse[] = [];
    this.#pending.set(socket, pending);
    socket.on('close', () => {
      this.#pending.delete(socket);
      // Node tells only the first response of a connection about its end, and none that waits behind it.
      for (const response of [...pending]) if (!response.socket) response.emit('close');
    });
  }

  add(response: ServerResponse): void {
    const { socket, headers } = response.req;
    const pending = this.#pending.get(socket) ?? [];
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
    for (const pending of this.#pending.values()) pending.forEach(closeAfter);
  }

  /** Resolves when every request that came on a connection has its response; to whether there was one. */
  async settled(socket: Socket): Promise<boolean> {
    const pending = [...(this.#pending.get(socket) ?? [])];
    await Promise.all(pending.map((response) => new Promise((resolve) => response.once('close', resolve))));
    return pending.length > 0;
  }
}

function closeAfter(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader('Connection', 'close');
}
