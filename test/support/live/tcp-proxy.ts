import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** Stands between the service and PostgreSQL, as a network or a failover address does. */
export interface TcpProxy {
  readonly port: number;
  /** Where new connections lead from now on. */
  target: number;
  /** Swallows every byte, on connections that exist and on new ones, without closing any. */
  isSilent: boolean;
  /** Forgets the connections that exist, as a firewall does: neither side is told. New ones work. */
  forget(): void;
  /** Breaks all connections. */
  cut(): void;
  close(): Promise<void>;
}

export async function openTcpProxy(target: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  const forgotten = new WeakSet<Socket>();
  const isDead = (socket: Socket) => proxy.isSilent || forgotten.has(socket);
  const server = createServer((client) => {
    const upstream = connect(proxy.target, '127.0.0.1');
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.on('data', (bytes) => {
        if (!isDead(from)) to.write(bytes);
      });
      // A silent network does not tell either side that the other one has gone.
      from.on('end', () => {
        if (!isDead(from)) to.end();
      });
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        if (!isDead(from)) to.destroy();
      });
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');

  function cut(): void {
    for (const socket of sockets) socket.resetAndDestroy();
  }

  const proxy: TcpProxy = {
    port: (server.address() as AddressInfo).port,
    target,
    isSilent: false,
    forget() {
      for (const socket of sockets) forgotten.add(socket);
    },
    cut,
    async close() {
      const closed = once(server, 'close');
      server.close();
      cut();
      await closed;
    },
  };
  return proxy;
}

/** The same database by way of a proxy. */
export function through(url: string, ...proxies: readonly Pick<TcpProxy, 'port'>[]): string {
  const hosts = proxies.map(({ port }) => `127.0.0.1:${port}`).join(',');
  return url.replace(/@[^/]+/, `@${hosts}`);
}
