/** How a peer is told where to listen, and how it ends. */
import type { Server } from 'node:http';

export const port = Number(process.env.PORT);
export const host = '127.0.0.1';
export const databaseUrl = process.env.DATABASE_URL ?? '';
/** What peers answer that only send a constant. */
export const constantBody = process.env.CONSTANT_BODY ?? '';

export function listen(server: { listen(port: number, host: string): Server }): void {
  server.listen(port, host);
}

// An orderly end, without which a profile would not be written.
process.on('SIGTERM', () => process.exit(0));
