/** The requests that have no complete response yet, by connection: for load shedding, shutdown, and order on a connection. */
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

export class InFlight {
  readonly #responses = new Set<ServerResponse>();
  #isDraining = false;

  get size(): number {
    return this.#responses.size;
  }

  add(response: ServerResponse): void {
    this.#responses.add(response);
    response.on('close', () => this.#responses.delete(response));
    // Whoever asks for an upgrade goes on in another protocol, and Node no longer finds requests in that.
    if (this.#isDraining || response.req.headers.upgrade !== undefined) closeAfter(response);
  }

  /** From now on each response closes its connection, so that clients come back elsewhere. */
  drain(): void {
    this.#isDraining = true;
    for (const response of this.#responses) closeAfter(response);
  }

  /** Node tells only the first response of a connection about its end, and none that waits behind it. */
  abandon(socket: Socket): void {
    for (const response of this.#of(socket)) if (!response.socket) response.emit('close');
  }

  /** Resolves when every request that came on a connection has its response; to whether there was one. */
  async settled(socket: Socket): Promise<boolean> {
    const responses = this.#of(socket);
    await Promise.all(responses.map((response) => new Promise((resolve) => response.once('close', resolve))));
    return responses.length > 0;
  }

  #of(socket: Socket): ServerResponse[] {
    // The response's own `socket` is missing as long as others are before it on the connection.
    return [...this.#responses].filter(({ req }) => req.socket === socket);
  }
}

function closeAfter(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader('Connection', 'close');
}
