import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';

export interface RefusingPooler {
  readonly port: number;
  /** How many connections were refused. */
  readonly refusals: number;
  close(): void;
}

/** Stands before PostgreSQL and refuses startup parameters that PgBouncer does not know. */
export async function openRefusingPooler(target: number): Promise<RefusingPooler> {
  let refusals = 0;
  const server = createServer((client) => {
    client.on('error', () => {});
    client.once('data', (startup) => {
      if (startup.includes('statement_timeout')) {
        refusals += 1;
        client.end(REFUSAL);
        return;
      }
      const upstream = connect(target, '127.0.0.1', () => upstream.write(startup));
      upstream.on('error', () => client.destroy());
      client.on('close', () => upstream.destroy());
      client.pipe(upstream).pipe(client);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    get refusals() {
      return refusals;
    },
    close: () => void server.close(),
  };
}

const FIELDS = 'SFATAL\0C08P01\0Munsupported startup parameter: statement_timeout\0\0';
const LENGTH = Buffer.alloc(4);
LENGTH.writeInt32BE(FIELDS.length + 4);
const REFUSAL = Buffer.concat([Buffer.from('E'), LENGTH, Buffer.from(FIELDS)]);
