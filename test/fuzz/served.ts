/** The service in a process that can be asked for its heap and handles after a collection of all garbage. */
import { readConfig } from '../../src/config.js';
import { createLogger } from '../../src/log.js';
import { startService } from '../../src/service.js';

export interface Measured {
  readonly heapMegabytes: number;
  /** What keeps the event loop alive: sockets, timers, … */
  readonly handles: number;
}

const config = readConfig(process.env);
const service = await startService(config, {
  databaseUrl: config.database.url ?? '',
  logger: await createLogger(config.process.logLevel),
});
process.on('message', (message) => {
  if (message === 'stop') void service.close().then(() => process.exit(0));
  else process.send?.(measure());
});
process.send?.(service.url);

function measure(): Measured {
  for (let round = 0; round < 3; round += 1) globalThis.gc?.();
  return {
    heapMegabytes: process.memoryUsage().heapUsed / 1024 / 1024,
    handles: process.getActiveResourcesInfo().length,
  };
}
