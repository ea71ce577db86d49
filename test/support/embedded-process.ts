/** A process of its own that opens an embedded database, tells its addresses, and closes it when its input ends. */
import { once } from 'node:events';
import { openEmbedded } from '../../src/data/embedded/open-embedded.js';

const [dataDir = ''] = process.argv.slice(2);
const { url, adminUrl, close } = await openEmbedded({ dataDir });
process.stdout.write(`${JSON.stringify({ url, adminUrl })}\n`);
process.stdin.resume();
await once(process.stdin, 'end');
await close();
