/** What every peer is told by its environment, and how it says where it listens. */
import { readFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parse } from 'yaml';

export const databaseUrl = process.env.DATABASE_URL ?? '';
/** What peers return that only send a constant. */
export const constantBody = process.env.CONSTANT_BODY ?? '{}';

export const CONTRACT_FILE = 'openapi.yaml';
export const contract = parse(readFileSync(CONTRACT_FILE, 'utf8'));
export const basePath: string = contract.servers[0].url;
export const expressPath = `${basePath}/stages/password/:stage_uuid/`;

export function listen(listener: RequestListener): void {
  const server = createServer(listener).listen(0, '127.0.0.1', () => {
    announce((server.address() as AddressInfo).port);
  });
}

export function announce(port: number): void {
  process.stderr.write(`listens on http://127.0.0.1:${port}\n`);
}

// An orderly end, without which a profile would not be written.
process.on('SIGTERM', () => process.exit(0));
