/** A process of its own that opens a demo database, prints its addresses, and closes it when its input ends. */
import { once } from 'node:events';
import { openDemoDatabase } from '../../src/demo/postgres.js';

const { url, adminUrl, close } = await openDemoDatabase();
// As the service, which finishes its requests first.
process.on('SIGINT', () => {});
process.stdout.write(`${JSON.stringify({ url, adminUrl })}\n`);
process.stdin.resume();
await once(process.stdin, 'end');
await close();
